import type { TemplateView } from '../context.ts';
import type { RowView } from '../row-view.ts';
import type { DataIndex } from './data-index.ts';
import type { RowRef } from './read-rows.ts';
import { COLUMNS, hashCount } from './row-records.ts';
import type { RowShape } from './row-shape.ts';
import { hashText, mixInto, type TextHash } from './text-hash.ts';

/** A row that is not the only one of its kind. */
export type LikeRow = RowRef & Pick<RowView, 'duplicateOf' | 'leakedFrom'>;

/** The rows of a file that stand elsewhere too, to a template: same task, same text in every field that it uses. */
export interface Likeness {
  /** How many rows are the like of an earlier one in the file only, of a training row only, and of both. */
  readonly counts: { duplicate: number; leaked: number; both: number };
  /** The first rows that are the like of an earlier row, and the first that are that of a training row. */
  readonly duplicates: readonly LikeRow[];
  readonly leaks: readonly LikeRow[];
}

export interface LikenessInput {
  readonly path: string;
  readonly index: DataIndex;
  readonly isTraining: boolean;
}

/** Rows between two places at which the work may be interrupted. */
const STRIDE = 10_000;

/**
 * Finds duplicates and leaks in all files together, training data first. It yields now and then, so that the caller can
 * let others have the thread.
 *
 * @param templates the first template of each task
 * @param most how many of each file's duplicates and leaks are wanted; the others are counted
 */
export function* findLikeness(
  files: readonly LikenessInput[],
  templates: ReadonlyMap<string, TemplateView>,
  most: number,
): Generator<undefined, Likeness[]> {
  const training: { path: string; rows: RowTable }[] = [];
  const found: Likeness[] = [];
  for (const { path, index, isTraining } of files) {
    const rows = new RowTable(index.rows);
    const likeness = {
      counts: { duplicate: 0, leaked: 0, both: 0 },
      duplicates: [] as LikeRow[],
      leaks: [] as LikeRow[],
    };
    const hash: TextHash = { high: 0, low: 0 };
    const plans = index.shapes.all.map((shape) => planOf(shape, templates));
    let sinceYield = 0;
    for (const [at, block] of index.blocks.entries()) {
      const { columns, hashes, count } = block.records!;
      const firstLine = index.lineOf(at);
      let hashesAt = 0;
      for (let row = 0; row < count; row++) {
        const plan = plans[columns[row * COLUMNS + 1]!]!;
        const start = hashesAt;
        hashesAt += plan.hashCount;
        if (plan.places === undefined) continue;
        hash.high = plan.high;
        hash.low = plan.low;
        for (const place of plan.places) {
          if (place < 0) mixInto(hash, NOTHING.high, NOTHING.low);
          else mixInto(hash, hashes[start + place]!, hashes[start + place + 1]!);
        }
        const line = firstLine + columns[row * COLUMNS]!;
        const duplicateOf = rows.add(hash, line);
        const leakedFrom = isTraining ? undefined : findLeak(training, hash);
        if (duplicateOf < 0 && leakedFrom === undefined) continue;
        const kind = leakedFrom === undefined ? 'duplicate' : duplicateOf < 0 ? 'leaked' : 'both';
        likeness.counts[kind] += 1;
        const like = { block, row, line, duplicateOf, leakedFrom };
        if (kind !== 'leaked' && likeness.duplicates.length < most) likeness.duplicates.push(like);
        if (kind !== 'duplicate' && likeness.leaks.length < most) likeness.leaks.push(like);
      }
      sinceYield += count;
      if (sinceYield >= STRIDE) {
        sinceYield = 0;
        yield;
      }
    }
    if (isTraining) training.push({ path, rows });
    found.push(likeness);
  }
  return found;
}

function findLeak(training: readonly { path: string; rows: RowTable }[], hash: TextHash): RowView['leakedFrom'] {
  for (const { path, rows } of training) {
    const line = rows.find(hash);
    if (line >= 0) return { file: path, line };
  }
  return undefined;
}

/** How the hash of a row of a shape is made of those of its values. */
interface HashPlan {
  hashCount: number;
  /** For each field of the template, where its hash stands among those of the row; -1 for a field that is missing. */
  places: number[] | undefined;
  high: number;
  low: number;
}

function planOf(shape: RowShape, templates: ReadonlyMap<string, TemplateView>): HashPlan {
  const template = shape.taskname === undefined ? undefined : templates.get(shape.taskname);
  const hash: TextHash = { high: 0, low: 0 };
  hashText(shape.taskname ?? '', hash);
  const places = template?.fields.map((field) => {
    const place = shape.fields.indexOf(field);
    return place < 0 ? -1 : place * 2;
  });
  return { hashCount: hashCount(shape), places, ...hash };
}

/** A missing field counts as an empty text, as it does in training. */
const NOTHING: TextHash = { high: 0, low: 0 };
hashText('', NOTHING);

/** Which rows a file has, by hash, and on which line each stood first: an open hash table over its rows. */
export class RowTable {
  readonly #mask: number;
  /** Number of the row plus one; 0 is an empty slot. */
  readonly #slots: Uint32Array;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #lines: Uint32Array;
  #size = 0;

  /** @param rows the most rows that will be added */
  constructor(rows: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(2, rows * 1.5)));
    this.#mask = capacity - 1;
    this.#slots = new Uint32Array(capacity);
    this.#high = new Uint32Array(rows);
    this.#low = new Uint32Array(rows);
    this.#lines = new Uint32Array(rows);
  }

  get size(): number {
    return this.#size;
  }

  /** The line of the row with this hash, or -1. */
  find(hash: TextHash): number {
    const row = this.#slots[this.#slot(hash)]!;
    return row === 0 ? -1 : this.#lines[row - 1]!;
  }

  /** Adds a row unless its like is there already, whose line is given back; -1 when it was added. */
  add(hash: TextHash, line: number): number {
    const slot = this.#slot(hash);
    const row = this.#slots[slot]!;
    if (row !== 0) return this.#lines[row - 1]!;
    this.#high[this.#size] = hash.high;
    this.#low[this.#size] = hash.low;
    this.#lines[this.#size] = line;
    this.#slots[slot] = ++this.#size;
    return -1;
  }

  #slot({ high, low }: TextHash): number {
    let slot = low & this.#mask;
    for (let row = this.#slots[slot]!; row !== 0; row = this.#slots[slot]!) {
      if (this.#low[row - 1] === low && this.#high[row - 1] === high) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }
}
