import type { VirtualTokenNeighbours } from '../../../protocol/src/engine.ts';
import { nearestWords } from '../answer/nearest-tokens.ts';
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
  const remembered = new Map<string, readonly VirtualTokenNeighbours[]>();
  return ({ taskname, count, ...reference }, signal) =>
    turns.take('hover', signal, async (turn) => {
      const opened = await files.open(reference);
      const { prompt } = opened.answers(taskname);
      if (!prompt.usable) return { prompt: prompt.state, tokens: [] };
      const name = `${prompt.state.key} ${count}`;
      const tokens =
        remembered.get(name) ?? (await nearestWords(opened.project, prompt.usable, count, () => turn.pass()));
      remembered.delete(name);
      remembered.set(name, tokens);
      const [oldest] = remembered.keys();
      if (remembered.size > MOST) remembered.delete(oldest!);
      return { prompt: prompt.state, tokens };
    });
}
