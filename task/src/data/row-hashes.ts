import type { DataIndex } from './data-index.ts';
import { hashCount, type RowRecords, shapeIdOf } from './row-records.ts';
import type { RowShape } from './row-shape.ts';
import { foldedHigh, hashText, mixInto, type TextHash } from './text-hash.ts';

/** By task: the fields that its template uses and rows have. */
export type LikenessFields = ReadonlyMap<string, readonly string[]>;

type Take = (high: number, low: number) => void;

/** What the hash of a row is made of, by task. */
export interface HashedFields {
  /** Fields whose texts count to the letter, */
  readonly exact: LikenessFields;
  /** and those whose letter case, blanks and composition of letters do not count. */
  readonly folded: LikenessFields;
}

/**
 * The rows of a file by what a template makes of them: one hash of the task and the texts in its fields. Brought up to
 * date block by block, so that an edit costs no more than the rows of its block.
 */
export class RowHashes {
  readonly #index: DataIndex;
  readonly #fields: HashedFields;
  readonly #plans: HashPlan[] = [];
  /** Two halves for each row of a block; zeros for a row without a template. */
  #hashes = new Map<RowRecords, Uint32Array>();

  constructor(index: DataIndex, fields: HashedFields) {
    this.#index = index;
    this.#fields = fields;
  }

  /** Two halves for each row; zeros for a row without a template. */
  of(records: RowRecords): Uint32Array {
    return this.#hashes.get(records)!;
  }

  /**
   * Takes in what has changed, a block at a step.
   *
   * @param add called with the hash of each row that has come
   * @param remove called with that of each row that has gone, before any has come
   */
  *update(add: Take, remove: Take): Generator<undefined, void> {
    const before = this.#hashes;
    this.#hashes = new Map();
    const added: RowRecords[] = [];
    for (const { records } of this.#index.blocks) {
      const known = before.get(records!);
      if (known === undefined) added.push(records!);
      this.#hashes.set(records!, known ?? NO_HASHES);
      before.delete(records!);
    }
    for (const hashes of before.values()) eachHash(hashes, remove);
    for (const records of added) {
      const hashes = this.#hashRows(records);
      this.#hashes.set(records, hashes);
      eachHash(hashes, add);
      yield;
    }
  }

  /** Goes through all that are there, a block at a step. */
  *each(take: Take): Generator<undefined, void> {
    for (const hashes of this.#hashes.values()) {
      eachHash(hashes, take);
      yield;
    }
  }

  #hashRows(records: RowRecords): Uint32Array {
    const { hashes, count } = records;
    const made = new Uint32Array(count * 2);
    const hash: TextHash = { high: 0, low: 0 };
    let at = 0;
    for (let row = 0; row < count; row++) {
      const plan = this.#plan(shapeIdOf(records, row));
      const start = at;
      at += plan.hashCount;
      if (plan.places === undefined) continue;
      hash.high = plan.high;
      hash.low = plan.low;
      for (const place of plan.places) {
        if (place < 0) mixInto(hash, NOTHING.high, NOTHING.low);
        else mixInto(hash, hashes[start + place]!, hashes[start + place + 1]!);
      }
      for (const place of plan.folded) {
        if (place < 0) mixInto(hash, foldedHigh(NOTHING.high), NOTHING.low);
        else mixInto(hash, foldedHigh(hashes[start + place]!), hashes[start + place + 1]!);
      }
      made[row * 2] = hash.high;
      made[row * 2 + 1] = hash.low;
    }
    return made;
  }

  #plan(shape: number): HashPlan {
    this.#plans[shape] ??= planOf(this.#index.shapes.at(shape), this.#fields);
    return this.#plans[shape];
  }
}

const NO_HASHES = new Uint32Array();

function eachHash(hashes: Uint32Array, take: Take): void {
  for (let i = 0; i < hashes.length; i += 2) {
    const [high, low] = [hashes[i]!, hashes[i + 1]!];
    if (high !== 0 || low !== 0) take(high, low);
  }
}

/** How the hash of a row of a shape is made of those of its values. */
interface HashPlan {
  hashCount: number;
  /** For each field, where its hash stands among those of the row; -1 for a field that is missing. */
  places: readonly number[] | undefined;
  /** The same for those that are folded. */
  folded: readonly number[];
  high: number;
  low: number;
}

function planOf(shape: RowShape, { exact, folded }: HashedFields): HashPlan {
  const hash: TextHash = { high: 0, low: 0 };
  const taskname = shape.taskname ?? '';
  hashText(taskname, hash);
  const placesIn = (fields: LikenessFields) => placesOf(shape, fields.get(taskname) ?? []);
  const places = exact.has(taskname) ? placesIn(exact) : undefined;
  return { hashCount: hashCount(shape), places, folded: placesIn(folded), ...hash };
}

/** Where the hash of each field stands among those of a row; -1 when it has none. */
export function placesOf(shape: RowShape, fields: readonly string[]): number[] {
  const places = new Map(shape.fields.map((field, i) => [field, i * 2]));
  return fields.map((field) => places.get(field) ?? -1);
}

/** A missing field counts as an empty text, as it does in training. */
const NOTHING: TextHash = { high: 0, low: 0 };
hashText('', NOTHING);
