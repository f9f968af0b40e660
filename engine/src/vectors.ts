export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Not a number where there are no values. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** A vector of length 1 that points the same way; zeros stay zeros. */
export function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
