import type { TaskContext, TemplateView } from '../../../task/src/context.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { dataPathsOf } from './dependencies.ts';
import { templatesOf } from './names.ts';

/** The files in which a name means the same: task files that share data, and all their data. */
export interface Scope {
  readonly contexts: readonly TaskContext[];
  /** The paths of the data files, each once. */
  readonly dataPaths: readonly string[];
  templates(taskname: string): readonly TemplateView[];
}

/**
 * What belongs together with a file: the task file, or for a data file those that name it; the task files that share a data
 * file with one of these, directly or through others; and the data files of all.
 *
 * @param known all task files that there are to look at
 */
export function scopeOf(
  path: string,
  known: readonly TaskContext[],
  environment: Pick<CheckEnvironment, 'resolvePath'>,
): Scope {
  const dataOf = new Map(known.map((context) => [context, dataPathsOf(context, environment)]));
  const contexts = known.filter((context) => context.path === path || dataOf.get(context)!.includes(path));
  // Grows while it is walked: what joins brings its own relatives.
  for (const context of contexts) {
    const data = new Set(dataOf.get(context));
    for (const other of known) {
      if (!contexts.includes(other) && dataOf.get(other)!.some((file) => data.has(file))) contexts.push(other);
    }
  }
  return {
    contexts,
    dataPaths: [...new Set(contexts.flatMap((context) => dataOf.get(context)!))],
    templates: (taskname) => contexts.flatMap((context) => templatesOf(context, taskname)),
  };
}
