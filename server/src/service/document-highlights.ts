import { type DocumentHighlight, DocumentHighlightKind } from 'vscode-languageserver-types';
import { dataLinesAround, type OpenLines } from './data-lines.ts';
import { type NamePlace, placesInLine, placesInTaskFile } from './find-names.ts';
import { means } from './names.ts';
import type { Scope } from './scope.ts';

/** In a data file, in lines before and behind the cursor: more than a screen shows, and little to look through. */
const NEARBY = 500;

/** Where the same document has a name, in a data file near the cursor only. */
export function documentHighlights(scope: Scope, place: NamePlace, open: OpenLines | undefined): DocumentHighlight[] {
  const { path, range, mention } = place;
  const lines = () => (open === undefined ? [] : dataLinesAround(open, range.start.line, NEARBY));
  const places = placesInTaskFile(scope, path) ?? lines().flatMap((line) => placesInLine(scope, path, line));
  return places
    .filter((other) => means(other.mention.name, mention.name))
    .map((other) => ({
      range: other.range,
      kind: other.mention.isDefinition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}
