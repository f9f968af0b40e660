import type { RowObject } from '../rows.ts';

/** A row, or why what stands there is none. */
export type RowFound = { readonly row: RowObject; readonly line: number } | DataFault;

export interface DataFault {
  readonly row: undefined;
  /** From 1; undefined for what is said of the whole file. */
  readonly line: number | undefined;
  readonly message: string;
  /** Nothing of the file is of use; what came before it neither. */
  readonly isFatal: boolean;
}

/** Makes rows of a form's text, a part at a time. */
export interface FormReader {
  /** @param open gives the text from its beginning on, any number of times @throws what the text throws */
  read(open: () => AsyncIterable<string>): AsyncGenerator<RowFound[]>;
  notes(): string[];
}

/** What ends the reading of a file. */
export function fatal(line: number | undefined, message: string): DataFault {
  return { row: undefined, line, message, isFatal: true };
}

/** Whether it is the last of its file, of which nothing is of use. */
export const isFatal = (found: RowFound): found is DataFault => found.row === undefined && found.isFatal;
