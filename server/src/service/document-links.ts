import type { DocumentLink } from 'vscode-languageserver-types';
import type { TaskContext } from '../../../task/src/context.ts';
import { SPLITS } from '../../../task/src/data-facts.ts';

/**
 * A link from each data file's path to the file. A model is a folder and a prompt table is no text: an editor opens neither.
 *
 * @param resolve gives the uri that a path in the task file means
 */
export function documentLinks(context: TaskContext, resolve: (path: string) => string): DocumentLink[] {
  return SPLITS.flatMap(({ key }) =>
    context
      .entries('data', key)
      .filter(({ value }) => value !== '')
      .map(({ node, value }) => ({
        range: context.lines.range(context.inString(node, { start: 0, end: value.length })),
        target: resolve(value),
      })),
  );
}
