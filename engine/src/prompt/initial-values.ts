import type { Random } from '../random.ts';

/** `count` values drawn evenly from [−bound, bound). */
export function uniformValues(random: Random, count: number, bound: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.uniform(-bound, bound));
}

/** `count` values drawn from the normal distribution around 0. */
export function normalValues(random: Random, count: number, deviation: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal(0, deviation));
}
