/** A tensor on its way to or from the runtime, row-major. */
export type TensorData =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly dims: readonly number[]; readonly data: Int32Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array };

export function int32(data: Int32Array, dims: readonly number[]): TensorData {
  return { type: 'int32', dims, data };
}

export function float32(data: Float32Array, dims: readonly number[]): TensorData {
  return { type: 'float32', dims, data };
}
