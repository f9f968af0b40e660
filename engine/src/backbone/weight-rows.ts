import { type FileHandle, open } from 'node:fs/promises';
import { DTYPE_BYTES, decodeFloats } from '../../../model/src/dtypes.ts';
import type { WeightRef } from '../../../model/src/folder/stored-weights.ts';
import { readExactly } from '../../../model/src/safetensors.ts';
import { FileError } from '../errors.ts';

/**
 * Reads single rows of a matrix, such as the embeddings of a few words out of the whole vocabulary's.
 * @param ref a weight of shape [R, W]
 * @param rows row numbers, in any order, repeats allowed
 * @returns float32 [rows.length, W], row-major
 * @throws RangeError for a weight that is not a matrix or a row that it does not have
 * @throws FileError when the file cannot be read
 */
export async function readWeightRows(ref: WeightRef, rows: readonly number[]): Promise<Float32Array> {
  const { height, width } = sizeOf(ref);
  const outside = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= height);
  if (outside !== undefined) throw new RangeError(`there is no row ${outside} in a weight of shape [${ref.shape}]`);
  const out = new Float32Array(rows.length * width);
  const rowBytes = width * DTYPE_BYTES[ref.dtype];
  await withFile(ref, async (file) => {
    for (const [i, row] of rows.entries())
      out.set(decodeFloats(await readExactly(file, ref.offset + row * rowBytes, rowBytes), ref.dtype), i * width);
  });
  return out;
}

/** Rows of a matrix below each other, the first of which is the row number `from`. */
export interface RowBlock {
  readonly from: number;
  /** float32 [rows, width], row-major */
  readonly data: Float32Array;
}

/**
 * Reads a matrix from its first row to its last, a block at a time, such as the embeddings of a whole vocabulary.
 * @param ref a weight of shape [R, W]
 * @param rows of a block; the last one may have fewer
 * @throws as `readWeightRows`
 */
export async function* weightRowBlocks(ref: WeightRef, rows: number): AsyncGenerator<RowBlock> {
  const { height, width } = sizeOf(ref);
  const rowBytes = width * DTYPE_BYTES[ref.dtype];
  for (let from = 0; from < height; from += rows) {
    const length = Math.min(rows, height - from) * rowBytes;
    // The file is opened for each block, so that nobody has to see to it that it is closed.
    const bytes = await withFile(ref, (file) => readExactly(file, ref.offset + from * rowBytes, length));
    yield { from, data: decodeFloats(bytes, ref.dtype) };
  }
}

function sizeOf(ref: WeightRef): { height: number; width: number } {
  const [height, width] = ref.shape;
  if (ref.shape.length !== 2 || height === undefined || width === undefined)
    throw new RangeError(`a weight of shape [${ref.shape}] has no rows`);
  return { height, width };
}

async function withFile<T>(ref: WeightRef, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const file = await open(ref.file, 'r');
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw FileError.from(ref.file, 'read', error);
  }
}
