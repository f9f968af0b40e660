import type { CodeAction } from 'vscode-languageserver-types';
import type { Problem } from '../../../protocol/src/problem.ts';
import { findAll } from '../../../task/src/check.ts';
import type { TaskContext } from '../../../task/src/context.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { editForAll, isFixForAll } from './code-actions.ts';

export interface FixForAllHost {
  readonly environment: CheckEnvironment;
  readonly openText: (path: string) => string | undefined;
  /** The task files of which a file has problems. */
  readonly taskFilesOf: (path: string) => readonly TaskContext[];
  readonly breathe: () => Promise<void>;
  readonly toPath: (uri: string) => string;
  readonly toUri: (path: string) => string;
}

/**
 * Adds its edit to an action that fixes all problems of a kind and was told without: a data file may have far more of them
 * than are shown, so its rows are read again.
 *
 * @throws the signal's reason when it is aborted
 */
export async function resolveFixForAll(
  action: CodeAction,
  host: FixForAllHost,
  signal?: AbortSignal,
): Promise<CodeAction> {
  const { data } = action;
  if (action.edit !== undefined || !isFixForAll(data)) return action;
  const path = host.toPath(data.uri);
  const environment = withOpenDocuments(host);
  let text: string | undefined;
  let problems: Problem[];
  do {
    text = host.openText(path);
    problems = [];
    for (const context of host.taskFilesOf(path)) {
      const found = await findAll(data.code, {
        path: context.path,
        text: context.text,
        environment,
        breathe: host.breathe,
        ...(signal === undefined ? {} : { signal }),
      });
      for (const problem of found) if (problem.file === path) problems.push(problem);
    }
    // What was typed meanwhile may have moved every row.
  } while (host.openText(path) !== text);
  return { ...action, edit: editForAll(problems, data, host.toUri) };
}

/** An environment in which an open document is read as it stands in the editor. */
function withOpenDocuments({ environment, openText }: FixForAllHost): CheckEnvironment {
  return {
    resolvePath: (taskFile, path) => environment.resolvePath(taskFile, path),
    model: (reference) => environment.model(reference),
    promptTable: (path) => environment.promptTable(path),
    readFile: async (path) => {
      const text = openText(path);
      return text === undefined ? environment.readFile(path) : inOneChunk(text);
    },
  };
}

async function* inOneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
