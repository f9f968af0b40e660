import type {
  DocumentHighlight,
  Location,
  LocationLink,
  Position,
  Range,
  ReferenceContext,
} from 'vscode-languageserver-types';
import { t } from '../../../l10n/src/words.ts';
import { Work } from '../../../task/src/data/work.ts';
import { definitions } from './definition.ts';
import { documentHighlights } from './document-highlights.ts';
import { type NamePlace, nameAt } from './find-names.ts';
import type { NameSources } from './name-sources.ts';
import { references } from './references.ts';
import { type RenameResult, rename, renameTarget } from './rename.ts';
import { type Scope, scopeOf } from './scope.ts';

/** What an editor asks about the task, field or label at a position of a task file or of one of its data files. */
export class NameQueries {
  readonly #sources: NameSources;

  constructor(sources: NameSources) {
    this.#sources = sources;
  }

  definitions(path: string, position: Position): LocationLink[] {
    const { scope, place } = this.#at(path, position);
    return place === undefined ? [] : definitions(scope, place, (target) => this.#sources.toUri(target));
  }

  highlights(path: string, position: Position): DocumentHighlight[] {
    const { scope, place } = this.#at(path, position);
    return place === undefined ? [] : documentHighlights(scope, place, this.#sources.openLines(path));
  }

  async references(
    path: string,
    position: Position,
    context: ReferenceContext,
    signal: AbortSignal | undefined,
  ): Promise<Location[]> {
    const { scope, place } = this.#at(path, position);
    return place === undefined ? [] : references(scope, place, context, this.#sources, this.#work(signal));
  }

  renameTarget(path: string, position: Position): { range: Range; placeholder: string } | undefined {
    const { place } = this.#at(path, position);
    return place && renameTarget(place);
  }

  async rename(
    path: string,
    position: Position,
    newText: string,
    signal: AbortSignal | undefined,
  ): Promise<RenameResult> {
    const { scope, place } = this.#at(path, position);
    if (place === undefined) return { kind: 'refused', message: t('Only tasks, fields and labels can be renamed.') };
    return rename(scope, place, newText, this.#sources, this.#work(signal));
  }

  #work(signal: AbortSignal | undefined): Work {
    return new Work({ signal, breathe: () => this.#sources.breathe() });
  }

  #at(path: string, position: Position): { scope: Scope; place: NamePlace | undefined } {
    const scope = scopeOf(path, this.#sources.contexts(), this.#sources.environment);
    return { scope, place: nameAt(scope, path, this.#sources.openLines(path), position) };
  }
}
