import { t } from '../../../l10n/src/words.ts';
import { MAX_LINE_BYTES } from '../rows.ts';

/** A value of the list, as it is written. */
export interface ListItem {
  /** From 1: where it begins. */
  readonly line: number;
  readonly text: string;
}

/**
 * Takes a list in JSON apart, a part of its text at a time, so that none of any length is parsed at once. Each value is to be
 * parsed by itself; here it only ends at the comma or bracket behind it.
 */
export class ListReader {
  readonly #mostUnits: number;
  #line = 1;
  #isBehindReturn = false;
  /** 0 outside of the list, 1 in it, more in a value. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #hasEnded = false;
  #item = '';
  #itemLine = 1;
  #problem: { readonly line: number; readonly message: string } | undefined;

  /** @param mostUnits a longer value is not read */
  constructor(mostUnits = MAX_LINE_BYTES) {
    this.#mostUnits = mostUnits;
  }

  /** Why the list is not read to its end; undefined where nothing is wrong so far. */
  get problem(): { readonly line: number; readonly message: string } | undefined {
    return this.#problem;
  }

  /** The values that end in this part. */
  push(text: string): ListItem[] {
    const items: ListItem[] = [];
    let start = 0;
    for (let at = 0; at < text.length && this.#problem === undefined; at++) {
      const letter = text[at]!;
      // As editors count: \r\n ends one line, and either of the two ends one by itself.
      if (letter === '\r' || (letter === '\n' && !this.#isBehindReturn)) this.#line += 1;
      this.#isBehindReturn = letter === '\r';
      if (this.#isInString) this.#inString(letter);
      else if (this.#depth === 0) {
        this.#outside(letter);
        start = at + 1;
      } else if (this.#isEnd(letter)) {
        this.#item += text.slice(start, at);
        // Nothing stands in an empty list, nor behind a last comma.
        if (letter === ',' || this.#item.trim() !== '') items.push(this.#taken());
        this.#beginItem();
        start = at + 1;
      }
    }
    if (this.#depth > 0) this.#keep(text.slice(start));
    return items;
  }

  /** Says that there is no more text. */
  end(): void {
    if (this.#problem !== undefined || this.#hasEnded) return;
    this.#problem = { line: this.#line, message: this.#depth === 0 ? this.#noList() : t('The list does not end.') };
  }

  /** In front of the list, or behind it. */
  #outside(letter: string): void {
    if (letter === '[' && !this.#hasEnded) {
      this.#depth = 1;
      this.#beginItem();
    } else if (letter.trim() !== '') this.#problem = { line: this.#line, message: this.#noList() };
  }

  /** Whether a letter in the list, which is in no string, ends a value of it. */
  #isEnd(letter: string): boolean {
    if (letter === ',') return this.#depth === 1;
    if (letter === '"') this.#isInString = true;
    else if (letter === '[' || letter === '{') this.#depth += 1;
    else if (letter === ']' || letter === '}') {
      this.#depth -= 1;
      this.#hasEnded = this.#depth === 0;
    }
    return this.#hasEnded;
  }

  #beginItem(): void {
    this.#item = '';
    this.#itemLine = this.#line;
  }

  #keep(part: string): void {
    this.#item += part;
    if (this.#item.length <= this.#mostUnits) return;
    const message = t('This value of the list has more than {0} letters, so that it is not read.', this.#mostUnits);
    this.#problem = { line: this.#itemLine, message };
  }

  #inString(letter: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (letter === '\\') this.#isEscaped = true;
    else if (letter === '"') this.#isInString = false;
  }

  #taken(): ListItem {
    const blank = /^\s*/.exec(this.#item)![0];
    return { line: this.#itemLine + (blank.match(/\r\n|\r|\n/g)?.length ?? 0), text: this.#item.trim() };
  }

  #noList(): string {
    return this.#hasEnded
      ? t('Behind the list stands something else.')
      : t('This is no list in JSON, such as {0}.', '[{"text": "…", "label": "…"}]');
  }
}
