import { open } from 'node:fs/promises';
import { DTYPE_BYTES, decodeFloats } from '../../../model/src/dtypes.ts';
import type { WeightRef } from '../../../model/src/model-folder.ts';
import { readExactly } from '../../../model/src/safetensors.ts';

/** A weight's bytes could not be read. The message names the file. */
export class WeightReadError extends Error {
  override readonly name = 'WeightReadError';
}

/**
 * Reads single rows of a matrix, such as the embeddings of a few words out of the whole vocabulary's.
 * @param ref a weight of shape [R, W]
 * @param rows row numbers, in any order, repeats allowed
 * @returns float32 [rows.length, W], row-major
 * @throws RangeError for a weight that is not a matrix or a row that it does not have
 * @throws WeightReadError when the file cannot be read
 */
export async function readWeightRows(ref: WeightRef, rows: readonly number[]): Promise<Float32Array> {
  const [height, width] = ref.shape;
  if (ref.shape.length !== 2 || height === undefined || width === undefined)
    throw new RangeError(`a weight of shape [${ref.shape}] has no rows`);
  const outside = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= height);
  if (outside !== undefined) throw new RangeError(`there is no row ${outside} in a weight of shape [${ref.shape}]`);
  const out = new Float32Array(rows.length * width);
  const rowBytes = width * DTYPE_BYTES[ref.dtype];
  try {
    const file = await open(ref.file, 'r');
    try {
      for (const [i, row] of rows.entries())
        out.set(decodeFloats(await readExactly(file, ref.offset + row * rowBytes, rowBytes), ref.dtype), i * width);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new WeightReadError(`${ref.file} cannot be read: ${(error as Error).message}`);
  }
  return out;
}
