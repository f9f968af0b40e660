import { repeatedFields } from '../repeated-fields.ts';
import type { DataRow, RowObject } from '../rows.ts';
import type { RowShape, ShapeTable } from './row-shape.ts';
import { hashText, type TextHash } from './text-hash.ts';

/** Numbers of a row in `columns`. */
const COLUMNS = 4;

/**
 * What is kept of the rows of a block: nothing that depends on a task file, and enough to tell, for any task file, which
 * rows most of the rules have something to say of.
 */
export interface RowRecords {
  readonly count: number;
  /**
   * Four numbers a row: line and start, both from the start of the block; the id of the shape; the length. Start and length
   * count UTF-16 units in a block that has its text, else bytes.
   */
  readonly columns: Uint32Array;
  /** The hash of each value, in two halves, for the fields of the row's shape in order; row after row. */
  readonly hashes: Uint32Array;
}

/** A row's line, from the start of its block. */
export function lineInBlock({ columns }: RowRecords, row: number): number {
  return columns[row * COLUMNS]!;
}

/** The id of a row's shape. */
export function shapeIdOf({ columns }: RowRecords, row: number): number {
  return columns[row * COLUMNS + 1]!;
}

/** Where a row's text is, from the start of its block, in the unit that the block counts. */
export function partOf({ columns }: RowRecords, row: number): { readonly start: number; readonly length: number } {
  return { start: columns[row * COLUMNS + 2]!, length: lengthOf({ columns }, row) };
}

/** How long a row's text is, in the unit that its block counts. */
export function lengthOf({ columns }: Pick<RowRecords, 'columns'>, row: number): number {
  return columns[row * COLUMNS + 3]!;
}

/** How many numbers of `hashes` belong to a row of a shape. */
export function hashCount(shape: RowShape): number {
  return shape.fields.length * 2;
}

/** Makes records row by row. Rows that are added are counted in their shapes and in the tables of texts; copies are not. */
export class RecordsBuilder {
  readonly #shapes: ShapeTable;
  readonly #hash: TextHash = { high: 0, low: 0 };
  #columns = new Uint32Array(1024);
  #columnsLength = 0;
  #hashes = new Uint32Array(1024);
  #hashesLength = 0;

  constructor(shapes: ShapeTable) {
    this.#shapes = shapes;
  }

  add(line: number, start: number, length: number, { text, value }: Pick<DataRow, 'text' | 'value'>): void {
    const shape = value === undefined ? this.#shapes.bad : this.#shapeOf(text, value);
    shape.rows += 1;
    this.#addColumns(line, shape.id, start, length);
    this.#reserveHashes(hashCount(shape));
    for (let i = 0; i < shape.fields.length; i++) {
      const field = value![shape.fields[i]!];
      const text = typeof field === 'string' ? field : JSON.stringify(field);
      hashText(text, this.#hash);
      this.#hashes[this.#hashesLength++] = this.#hash.high;
      this.#hashes[this.#hashesLength++] = this.#hash.low;
      if (shape.kinds[i] !== 'other') shape.tables[i]?.add(text, this.#hash.high, this.#hash.low);
    }
  }

  #shapeOf(text: string, value: RowObject): RowShape {
    const shape = this.#shapes.of(value);
    let least = shape.leastWithRepeat;
    for (let i = 0; i < shape.fields.length; i++) {
      const field = value[shape.fields[i]!];
      if (typeof field === 'string') least += field.length;
    }
    return text.length < least ? shape : this.#shapes.of(value, repeatedFields(text, value));
  }

  /** Takes over a row of other records, at another place. `from` is where its hashes start there. */
  copy(records: RowRecords, row: number, from: number, line: number, start: number): void {
    const id = shapeIdOf(records, row);
    this.#addColumns(line, id, start, lengthOf(records, row));
    const count = hashCount(this.#shapes.at(id));
    this.#reserveHashes(count);
    this.#hashes.set(records.hashes.subarray(from, from + count), this.#hashesLength);
    this.#hashesLength += count;
  }

  /** The records of the rows since the last time. */
  take(): RowRecords {
    const records = {
      count: this.#columnsLength / COLUMNS,
      columns: this.#columns.slice(0, this.#columnsLength),
      hashes: this.#hashes.slice(0, this.#hashesLength),
    };
    this.#columnsLength = 0;
    this.#hashesLength = 0;
    return records;
  }

  #addColumns(line: number, shape: number, start: number, length: number): void {
    if (this.#columnsLength + COLUMNS > this.#columns.length) this.#columns = doubled(this.#columns, COLUMNS);
    this.#columns[this.#columnsLength++] = line;
    this.#columns[this.#columnsLength++] = shape;
    this.#columns[this.#columnsLength++] = start;
    this.#columns[this.#columnsLength++] = length;
  }

  #reserveHashes(count: number): void {
    if (this.#hashesLength + count > this.#hashes.length) this.#hashes = doubled(this.#hashes, count);
  }
}

function doubled(numbers: Uint32Array, more: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(numbers.length * 2 + more);
  larger.set(numbers);
  return larger;
}

/** Goes through records row by row, keeping the place of each row's hashes. */
export class RecordCursor {
  readonly #records: RowRecords;
  readonly #shapes: ShapeTable;
  row = 0;
  hashesAt = 0;

  constructor(records: RowRecords, shapes: ShapeTable) {
    this.#records = records;
    this.#shapes = shapes;
  }

  get isAtEnd(): boolean {
    return this.row >= this.#records.count;
  }

  get line(): number {
    return lineInBlock(this.#records, this.row);
  }

  get shape(): RowShape {
    return this.#shapes.at(shapeIdOf(this.#records, this.row));
  }

  next(): void {
    this.hashesAt += hashCount(this.shape);
    this.row += 1;
  }

  /** Takes the row out of what is counted, since its line is gone. */
  forget(): void {
    const { shape } = this;
    shape.rows -= 1;
    for (let i = 0; i < shape.fields.length; i++) {
      if (shape.kinds[i] === 'other') continue;
      const { hashes } = this.#records;
      shape.tables[i]?.remove(hashes[this.hashesAt + i * 2]!, hashes[this.hashesAt + i * 2 + 1]!);
    }
  }
}
