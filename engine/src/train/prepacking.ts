import { float32Bytes, type StoredWeights, storedBytes } from '../backbone/weights.ts';

/** Up to this size, as float32, memory is no matter. */
const SMALL = 2 ** 28;

/** What is stored in half precision has to be unpacked anyhow, once or in each step; up to this size it is done once. */
const SMALL_IN_HALF = 2 ** 30;

/**
 * Whether a model's weights are laid out for the product kernel while it is trained, once forward and once backward. A step of
 * 70 tokens of GPT-2 small then takes a fifth less time, one of 250 or more a tenth less, and the process twice the
 * memory. Others stay mapped from their files alone, but where `layoutPays`, and what is stored in half precision is unpacked where it
 * is used.
 */
export function mayPrepack(model: StoredWeights): boolean {
  return packs(storedBytes(model), float32Bytes(model));
}

/** The same by the bytes of the weights: as they are stored, and in float32. */
export function packs(stored: number, float32: number): boolean {
  return float32 <= (stored < float32 ? SMALL_IN_HALF : SMALL);
}

/**
 * Whether the runtime makes a model's integers, for products in 8 bits, when it loads a step: it lays them out for the product
 * kernel then. Of what is stored in half precision it makes float32 first, of all matrices at once, for which a larger
 * model has no room: its integers are made beforehand, a few matrices at a time.
 */
export function mayPrepackIntegers(model: StoredWeights): boolean {
  return packsIntegers(storedBytes(model), float32Bytes(model));
}

/** The same by the bytes of the weights. */
export function packsIntegers(stored: number, float32: number): boolean {
  return stored >= float32 || float32 <= SMALL_IN_HALF;
}
