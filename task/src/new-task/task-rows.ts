import { t } from '../../../l10n/src/words.ts';
import { hashKey, hashText, likenessKey } from '../data/text-hash.ts';
import type { RowObject } from '../rows.ts';
import { tasknameIn, textIn } from './proposal.ts';

/** What rows are made for. */
export interface RowsWanted {
  readonly taskname: string;
  readonly fields: readonly string[];
  readonly answerField: string;
}

/** A row as a data file has it. */
export interface TaskRow {
  /** A line of JSON without its end. */
  readonly line: string;
  /** The `likenessKey` of its texts, whatever its answer: rows of different splits that share it would count as leaked (`data-leak`). */
  readonly key: number;
  readonly answer: string;
}

/** Why rows of the data are none of the task's. */
const WHY_LEFT_OUT = ['otherTask', 'noAnswer', 'noText', 'twice'] as const;
type WhyLeftOut = (typeof WHY_LEFT_OUT)[number];

/**
 * Makes rows of a task of what was read: they name it, hold its fields alone, and texts where there were numbers or truth values.
 * A field that a row lacks is an empty text. Left out is what `ptask check` would complain about: rows of other tasks, rows
 * without an answer or any text, and what has been there before.
 */
export class TaskRows {
  readonly #wanted: RowsWanted;
  readonly #seen = new Set<number>();
  readonly #leftOut = new Map<WhyLeftOut, number>();

  constructor(wanted: RowsWanted) {
    this.#wanted = wanted;
  }

  /** Undefined for a row that is left out. */
  ready(row: RowObject): TaskRow | undefined {
    const { taskname, fields, answerField } = this.#wanted;
    if ((tasknameIn(row) ?? taskname) !== taskname) return this.#without('otherTask');
    const answer = textIn(row, answerField);
    if (answer === undefined || answer.trim() === '') return this.#without('noAnswer');
    const texts = fields.map((field) => textIn(row, field) ?? '');
    if (texts.every((text) => text.trim() === '')) return this.#without('noText');
    const whole = keyOf([...texts, answer]);
    if (this.#seen.has(whole)) return this.#without('twice');
    this.#seen.add(whole);
    const entries = [...fields.map((field, place) => [field, texts[place]!]), [answerField, answer]];
    const line = JSON.stringify(Object.fromEntries([['taskname', taskname], ...entries]));
    return { line, key: likenessKey(texts), answer };
  }

  /** What was left out, in words; empty where nothing was. */
  leftOut(): string[] {
    return WHY_LEFT_OUT.flatMap((why) => {
      const rows = this.#leftOut.get(why);
      return rows === undefined ? [] : [IN_WORDS[why](rows)];
    });
  }

  #without(why: WhyLeftOut): undefined {
    this.#leftOut.set(why, (this.#leftOut.get(why) ?? 0) + 1);
  }
}

const IN_WORDS: Readonly<Record<WhyLeftOut, (rows: number) => string>> = {
  otherTask: (rows) => t('Rows of other tasks, which were left out: {0}.', rows),
  noAnswer: (rows) => t('Rows without an answer, which were left out: {0}.', rows),
  noText: (rows) => t('Rows without a text, which were left out: {0}.', rows),
  twice: (rows) => t('Rows that were there already, which were left out: {0}.', rows),
};

/** Whether a row can stand in a data file as it is. */
export function isReady(row: RowObject, { taskname, fields, answerField }: RowsWanted): boolean {
  return row.taskname === taskname && [...fields, answerField].every((field) => typeof row[field] === 'string');
}

const hash = { high: 0, low: 0 };

function keyOf(texts: readonly string[]): number {
  hashText(JSON.stringify(texts), hash);
  return hashKey(hash.high, hash.low);
}
