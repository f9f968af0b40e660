import type { TaskContext } from '../../../task/src/context.ts';
import { SPLITS } from '../../../task/src/data-facts.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';

/** The paths of the prompt table and of the model, which may be a folder, or a model of a hub. */
export function surroundingPathsOf(
  context: TaskContext,
  { resolvePath, fetchedModel }: Pick<CheckEnvironment, 'resolvePath' | 'fetchedModel'>,
): readonly string[] {
  const { prompt_table, model } = context.file;
  const names = [prompt_table, model].filter((name) => name !== '');
  const fetched = fetchedModel?.(model);
  return [...names.map((name) => resolvePath(context.path, name)), ...(fetched === undefined ? [] : [fetched])];
}

/** The paths of the data files that a task file names, each once, training data first. */
export function dataPathsOf(
  context: TaskContext,
  { resolvePath }: Pick<CheckEnvironment, 'resolvePath'>,
): readonly string[] {
  const names = SPLITS.flatMap(({ key }) => context.entries('data', key).map(({ value }) => value));
  return [...new Set(names.filter((name) => name !== '').map((name) => resolvePath(context.path, name)))];
}

/** Whether a change of `changed` concerns one of the paths: the path itself, a file in that folder, or a folder above it. */
export function concerns(paths: ReadonlySet<string>, changed: string): boolean {
  return [...paths].some((path) => path === changed || isInside(changed, path) || isInside(path, changed));
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder) && (/[\\/]$/.test(folder) || /^[\\/]/.test(path.slice(folder.length)));
}
