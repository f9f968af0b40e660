import type { Location, ReferenceContext } from 'vscode-languageserver-types';
import type { Work } from '../../../task/src/data/work.ts';
import { findNames, type NamePlace } from './find-names.ts';
import type { NameSources } from './name-sources.ts';
import { means } from './names.ts';
import type { Scope } from './scope.ts';

/**
 * Where a name is written, in task files and data files; for a label, where any of its forms is. A data file that cannot be
 * read gives none, which its own problem says.
 *
 * @throws the signal's reason when the work is given up
 */
export async function references(
  scope: Scope,
  { mention: { name } }: NamePlace,
  { includeDeclaration }: ReferenceContext,
  sources: NameSources,
  work: Work,
): Promise<Location[]> {
  const locations: Location[] = [];
  for await (const found of findNames(scope, [name.task], (other) => means(other, name), sources, work)) {
    if (found.kind === 'unreadable') continue;
    for (const { path, range, mention } of found.places) {
      if (includeDeclaration || !mention.isDefinition) locations.push({ uri: sources.toUri(path), range });
    }
  }
  return locations;
}
