import { lineInBlock, RecordCursor, RecordsBuilder, type RowRecords } from './row-records.ts';
import { ShapeTable } from './row-shape.ts';

/** Some whole lines of a data file. */
export interface DataBlock {
  /** How many lines start in it. */
  readonly lines: number;
  /** The lines with their ends, for a file that is open in an editor. */
  readonly text: string | undefined;
  /** Where the lines stand in a file on disk, in bytes, and how many bytes they have. */
  readonly bytes: { start: number; length: number } | undefined;
  /** Undefined while its rows have not been read. */
  records: RowRecords | undefined;
}

/** A row of an index. */
export interface RowRef {
  readonly block: DataBlock;
  /** Its number in the block. */
  readonly row: number;
  /** Its line in the file, from 0. */
  readonly line: number;
}

let lastVersion = 0;

/**
 * The rows of one data file as the rules look at them, whatever the task file says: blocks of lines with a record for each
 * row, and what all rows together have.
 */
export class DataIndex {
  readonly shapes = new ShapeTable();
  readonly builder = new RecordsBuilder(this.shapes);
  #blocks: DataBlock[] = [];
  #starts: number[] | undefined;
  #version = 0;

  /** Another number after every change of rows or of their lines, unlike that of any other index. */
  get version(): number {
    return this.#version;
  }

  get blocks(): readonly DataBlock[] {
    return this.#blocks;
  }

  /** Lines that are not blank. */
  get rows(): number {
    return this.shapes.all.reduce((sum, shape) => sum + shape.rows, 0);
  }

  /** The line at which a block starts. */
  lineOf(block: number): number {
    if (this.#starts === undefined) {
      let line = 0;
      this.#starts = this.#blocks.map(({ lines }) => {
        line += lines;
        return line - lines;
      });
    }
    return this.#starts[block]!;
  }

  /** A row of a block that has been read. */
  ref(block: number, row: number): RowRef {
    const own = this.#blocks[block]!;
    return { block: own, row, line: this.lineOf(block) + lineInBlock(own.records!, row) };
  }

  /** Whether the rows of all blocks have been read. */
  get isComplete(): boolean {
    return this.#blocks.every(({ records }) => records !== undefined);
  }

  append(block: DataBlock): void {
    this.#blocks.push(block);
    this.#changed();
  }

  /** Puts blocks in place of others; their rows must have been counted, and those of the others taken out. */
  splice(at: number, removed: number, blocks: readonly DataBlock[]): void {
    this.#blocks = this.#blocks.toSpliced(at, removed, ...blocks);
    this.#changed();
  }

  setRecords(block: DataBlock, records: RowRecords): void {
    block.records = records;
    this.#changed();
  }

  cursor(records: RowRecords): RecordCursor {
    return new RecordCursor(records, this.shapes);
  }

  #changed(): void {
    this.#version = ++lastVersion;
    this.#starts = undefined;
  }
}
