import type { WeightRef } from '../../../model/src/folder/stored-weights.ts';
import { dot, normalised } from '../vectors.ts';
import { readWeightRows } from './weight-rows.ts';

/** Rows of the vocabulary that a token is held against; its tokens stand by how common they are, so every nth is one of each kind. */
const SAMPLE = 1000;
/** A cosine above it is that of two tokens that nothing has told apart. */
const ALIKE = 0.95;
/** A word that was learnt is like a few others, those of its family, and not like this share of all. */
const SHARE = 0.02;

/**
 * Tokens that a model has hardly met in training. A softmax pushes the output vectors of all tokens that never come away from the
 * hidden states, and so into one direction, in which none can be told from the others: Land and Bartolo (2024) find
 * under-trained tokens so. No prompt makes a frozen model write one of them.
 * @param projection the output projection [vocab, hidden]
 * @returns those of `ids`, in their order
 * @throws FileError, RangeError as `readWeightRows`
 */
export async function unlearntTokens(projection: WeightRef, ids: readonly number[]): Promise<number[]> {
  const [vocab = 0, hidden = 0] = projection.shape;
  const count = Math.min(SAMPLE, vocab);
  const sample = Array.from({ length: count }, (_, i) => Math.floor((i * vocab) / count));
  const others = directions(await readWeightRows(projection, sample), hidden);
  const own = directions(await readWeightRows(projection, ids), hidden);
  return ids.filter((id, i) => {
    const alike = others.filter((other, j) => sample[j] !== id && dot(own[i]!, other) > ALIKE).length;
    return alike > SHARE * count;
  });
}

/** The rows of a matrix, each of length 1, or 0 where it is nothing but zeros. */
function directions(matrix: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: matrix.length / width }, (_, i) =>
    normalised(matrix.subarray(i * width, (i + 1) * width)),
  );
}
