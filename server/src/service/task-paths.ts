import type { TaskContext } from '../../../task/src/context.ts';
import { SPLITS } from '../../../task/src/data-facts.ts';

/**
 * What a task file means outside itself, as it is written there or by default: its model, its prompt table and its data files. It
 * is what a run would take, whatever else the text says.
 */
export function taskPaths({ file }: TaskContext): string[] {
  const paths = [file.model, file.prompt_table, ...SPLITS.flatMap(({ key }) => file.data[key])];
  return [...new Set(paths.filter((path) => path.trim() !== ''))];
}
