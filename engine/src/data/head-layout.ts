import type { InverseInput, TokenSet } from '../backbone/attention.ts';
import { int32, type TensorData } from '../runtime/tensor.ts';
import { sum } from '../vectors.ts';

/** Stands for −∞ in masks: small enough to vanish in a softmax, large enough to survive an addition. */
export const HIDDEN = -1e9;

/** 0 on and below the diagonal, hidden above: [size, size], row-major. */
export function causalMask(size: number): Float32Array {
  const mask = new Float32Array(size * size);
  for (let i = 0; i < size; i++) mask.fill(HIDDEN, i * size + i + 1, (i + 1) * size);
  return mask;
}

/** Where the packed tokens of a set stand by head: the first `prefix` of them in the prefix, the others in slots of rows. */
export interface HeadPlaces {
  readonly slotOf: Int32Array;
  readonly slots: number;
  readonly prefix: number;
}

/** The inverses that a graph asks for, by name. */
export function headInverses(
  inverses: readonly InverseInput[],
  places: Readonly<Record<TokenSet, HeadPlaces>>,
): Record<string, TensorData> {
  return Object.fromEntries(inverses.map(({ name, set, groups }) => [name, headInverse(places[set], groups)]));
}

/**
 * For each packed token and each head of each group, the row of its part in the list of all parts by head: first
 * [heads, slots] for every group, then [heads, prefix] for every group.
 */
function headInverse({ slotOf, slots, prefix }: HeadPlaces, groups: readonly number[]): TensorData {
  const perToken = sum(groups);
  const inverse = new Int32Array(slotOf.length * perToken);
  let at = 0;
  for (let token = 0; token < slotOf.length; token++) {
    const inPrefix = token < prefix;
    const first = inPrefix ? perToken * slots + token : slotOf[token]!;
    const stride = inPrefix ? prefix : slots;
    for (let head = 0; head < perToken; head++) inverse[at++] = first + head * stride;
  }
  return int32(inverse, [slotOf.length, perToken]);
}
