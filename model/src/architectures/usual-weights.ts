/** A weight that a forward pass needs: its normalised name, and its shape. */
export type NeededWeight = readonly [name: string, shape: readonly number[]];

/** The matrix [rows, columns] of a linear layer, which is [out, in], and its bias [rows] where it has one. */
export function linearWeights(name: string, rows: number, columns: number, biased = true): NeededWeight[] {
  const matrix: NeededWeight = [`${name}.weight`, [rows, columns]];
  return biased ? [matrix, [`${name}.bias`, [rows]]] : [matrix];
}

/** Weight and bias [width] of a layer normalisation. */
export function layerNormWeights(name: string, width: number): NeededWeight[] {
  return [
    [`${name}.weight`, [width]],
    [`${name}.bias`, [width]],
  ];
}

/** What each layer has, for all of them: their names are `name`, the layer's number and its weight's name. */
export function* inLayers(name: string, layers: number, each: readonly NeededWeight[]): Iterable<NeededWeight> {
  for (let layer = 0; layer < layers; layer++)
    for (const [weight, shape] of each) yield [`${name}.${layer}.${weight}`, shape];
}
