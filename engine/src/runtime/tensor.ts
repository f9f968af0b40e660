/** A tensor on its way to or from the runtime, row-major. */
export type TensorData =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly dims: readonly number[]; readonly data: Int32Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array };

/** A tensor that stays where it was computed; a session on the same device takes it. */
export interface HeldTensor {
  readonly type: 'held';
  readonly dims: readonly number[];
  readonly tensor: { dispose(): void };
}

/** What a session may be given. */
export type Feed = TensorData | HeldTensor;

/** Gives back the memory of tensors that no run will be given again. */
export function letGo(feeds: Readonly<Record<string, Feed>>): void {
  for (const feed of Object.values(feeds)) if (feed.type === 'held') feed.tensor.dispose();
}

export function int32(data: Int32Array, dims: readonly number[]): TensorData {
  return { type: 'int32', dims, data };
}

export function float32(data: Float32Array, dims: readonly number[]): TensorData {
  return { type: 'float32', dims, data };
}
