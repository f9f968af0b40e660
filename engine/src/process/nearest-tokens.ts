import type { VirtualTokenNeighbours } from '../../../protocol/src/predicting.ts';
import { nearestWords } from '../answer/nearest-tokens.ts';
import { Recent } from '../recent.ts';
import type { Handler } from './connection.ts';
import type { OpenedFiles } from './opened-files.ts';
import type { Turns } from './turns.ts';

/** Prompts whose words are remembered. */
const MOST = 16;

/** Finds the nearest words of a task's trained prompt, whether or not it is stale; they are looked for once. */
export function nearestTokens({
  files,
  turns,
}: {
  readonly files: OpenedFiles;
  readonly turns: Turns;
}): Handler<'nearestTokens'> {
  const remembered = new Recent<readonly VirtualTokenNeighbours[]>(MOST);
  return ({ taskname, count, ...reference }, signal) =>
    turns.take('hover', signal, async (turn) => {
      const opened = await files.open(reference);
      const { prompt } = opened.answers(taskname);
      if (!prompt.usable) return { prompt: prompt.state, tokens: [] };
      const name = `${prompt.state.key} ${count}`;
      const known = remembered.get(name);
      if (known) return { prompt: prompt.state, tokens: known };
      const tokens = await nearestWords(opened.project, prompt.usable, count, () => turn.pass());
      remembered.set(name, tokens);
      return { prompt: prompt.state, tokens };
    });
}
