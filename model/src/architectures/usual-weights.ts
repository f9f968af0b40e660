/** A weight that a forward pass needs: its normalised name, and its shape. */
export type NeededWeight = readonly [name: string, shape: readonly number[]];

/** The matrix [rows, columns] of a linear layer, which is [out, in], and its bias [rows] where it has one. */
export function* linearWeights(name: string, rows: number, columns: number, biased = true): Iterable<NeededWeight> {
  yield [`${name}.weight`, [rows, columns]];
  if (biased) yield [`${name}.bias`, [rows]];
}

/** Weight and bias [width] of a layer normalisation. */
export function* layerNormWeights(name: string, width: number): Iterable<NeededWeight> {
  yield [`${name}.weight`, [width]];
  yield [`${name}.bias`, [width]];
}
