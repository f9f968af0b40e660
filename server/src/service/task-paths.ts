import type { TaskContext } from '../../../task/src/context.ts';
import { SPLITS } from '../../../task/src/data-facts.ts';

/** What a task file names outside itself, as it is written there: its model, its prompt table and its data files. */
export function taskPaths(context: TaskContext): string[] {
  const places: (string | number)[][] = [['model'], ['prompt_table'], ...SPLITS.map(({ key }) => ['data', key])];
  const paths = places.flatMap((place) => context.entries(...place).map(({ value }) => value));
  return [...new Set(paths.filter((path) => path.trim() !== ''))];
}
