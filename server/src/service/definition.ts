import type { LocationLink } from 'vscode-languageserver-types';
import { type NamePlace, placesInTaskFile } from './find-names.ts';
import { isSameName } from './names.ts';
import type { Scope } from './scope.ts';

/** Where a name is given: the template of a task, the first placeholder of a field, a label's entry in `labels`. */
export function definitions(scope: Scope, place: NamePlace, toUri: (path: string) => string): LocationLink[] {
  const { name } = place.mention;
  return scope.contexts.flatMap(({ path }) => {
    const given = placesInTaskFile(scope, path)!.filter(
      ({ mention }) => mention.isDefinition && isSameName(mention.name, name),
    );
    return given.slice(0, name.kind === 'field' ? 1 : given.length).map(({ range }) => ({
      originSelectionRange: place.range,
      targetUri: toUri(path),
      targetRange: range,
      targetSelectionRange: range,
    }));
  });
}
