import type { ElementType, Value } from './graph.ts';

export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
};

/** Bytes of a value whose sizes are all fixed, as a weight's are. */
export function fixedBytes({ type, shape }: Pick<Value, 'type' | 'shape'>): number {
  return shape.reduce((bytes: number, size) => bytes * Number(size), ELEMENT_BYTES[type]);
}
