import { t } from '../../../l10n/src/words.ts';
import { repeatedFields } from '../repeated-fields.ts';
import type { RowObject } from '../rows.ts';

/** More names are not told. */
const MOST_REPEATED = 10;

/** The fields that stand several times in one row. */
export class RepeatedInRows {
  readonly #names = new Set<string>();

  add(text: string, row: RowObject): void {
    if (this.#names.size >= MOST_REPEATED) return;
    for (const name of repeatedFields(text, row)) this.#names.add(name);
  }

  notes(): string[] {
    if (this.#names.size === 0) return [];
    const names = [...this.#names].slice(0, MOST_REPEATED).map((name) => JSON.stringify(name));
    return [t('Fields that stand several times in one row, of which the last counts: {0}.', names.join(', '))];
  }
}
