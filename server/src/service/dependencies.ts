import type { TaskContext } from '../../../task/src/context.ts';
import { SPLITS } from '../../../task/src/data-facts.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';

/** The paths of everything a task file names: data files, the prompt table and the model, which may be a folder. */
export function dependenciesOf(
  context: TaskContext,
  { resolvePath }: Pick<CheckEnvironment, 'resolvePath'>,
): ReadonlySet<string> {
  const data = SPLITS.flatMap(({ key }) => context.entries('data', key).map(({ value }) => value));
  const names = [...data, context.file.prompt_table, context.file.model].filter((name) => name !== '');
  return new Set(names.map((name) => resolvePath(context.path, name)));
}

/** Whether a change of `changed` concerns one of the paths: the path itself, a file in that folder, or a folder above it. */
export function concerns(paths: ReadonlySet<string>, changed: string): boolean {
  return [...paths].some((path) => path === changed || isInside(changed, path) || isInside(path, changed));
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder) && (/[\\/]$/.test(folder) || /^[\\/]/.test(path.slice(folder.length)));
}
