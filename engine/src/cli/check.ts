import type { Problem } from '../../../protocol/src/problem.ts';
import { checkTaskFile, hasErrors } from '../../../task/src/check.ts';
import { formatProblem, problemEvent } from '../../../task/src/format-problem.ts';
import { nodeEnvironment } from '../../../task/src/node-environment.ts';
import { PtaskError } from '../errors.ts';
import { summary } from '../problems-found.ts';
import { readTaskText } from '../task-text.ts';
import { Output } from './output.ts';
import { readArguments } from './usage.ts';

/** `ptask check FILE…`: every problem of the files and of what they name. */
export async function check(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, { json: { type: 'boolean' } }, [1, Number.POSITIVE_INFINITY]);
  const output = new Output(values.json);
  const problems: Problem[] = [];
  let unusable = 0;
  for (const file of positionals) {
    try {
      const found = await problemsOf(file);
      for (const problem of found) {
        output.text(formatProblem(problem));
        output.event(problemEvent(problem));
      }
      problems.push(...found);
    } catch (error) {
      // One file that cannot be used says nothing about the others.
      if (!(error instanceof PtaskError)) throw error;
      unusable++;
      output.note(`error: ${error.message}`);
      output.event({ event: 'error', file, message: error.message });
    }
  }
  if (unusable === 0 || problems.length > 0) output.note(summary(problems));
  return unusable > 0 || hasErrors(problems) ? 1 : 0;
}

/** The problems that the editor shows: nothing is made, opened or computed, and the runtime need not be there. */
async function problemsOf(file: string): Promise<readonly Problem[]> {
  const text = await readTaskText(file);
  return (await checkTaskFile({ path: file, text, environment: nodeEnvironment() })).problems;
}
