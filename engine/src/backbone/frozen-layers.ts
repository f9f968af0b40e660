import type { Graph, Value } from '../onnx/graph.ts';
import { gemm, layerNormalization, reshape, rmsNormalization } from '../onnx/operators.ts';
import type { Weights } from './weights.ts';

/** The layers that backbones have in common, each by the name of its weights in a model folder. */
export class FrozenLayers {
  private readonly graph: Graph;
  private readonly weights: Weights;

  constructor(graph: Graph, weights: Weights) {
    this.graph = graph;
    this.weights = weights;
  }

  weight(name: string): Value {
    return this.weights.get(this.graph, name);
  }

  /** x [n, in] · weightᵀ (+ bias), where the weight is stored [out, in] and its bias, if there is one, beside it. */
  linear(x: Value, name: string): Value {
    const bias = this.weights.has(`${name}.bias`) ? this.weight(`${name}.bias`) : undefined;
    return gemm(x, this.weight(`${name}.weight`), bias, { transB: true });
  }

  /** As `linear`, with rows `from` to `to` of a weight that holds several below each other: → [n, to − from]. */
  linearPart(x: Value, name: string, from: number, to: number): Value {
    return gemm(x, this.weights.rows(this.graph, `${name}.weight`, from, to), undefined, { transB: true });
  }

  layerNorm(x: Value, name: string, epsilon: number): Value {
    return layerNormalization(x, this.weight(`${name}.weight`), this.weight(`${name}.bias`), epsilon)[0];
  }

  rmsNorm(x: Value, name: string, epsilon: number): Value {
    return rmsNormalization(x, this.weight(`${name}.weight`), epsilon)[0];
  }
}

/** `norm` of each head's entries by themselves: x [n, heads · head size], head norm [n · heads, head size]. */
export function normOfHeads(x: Value, headSize: number, norm: (x: Value) => Value): Value {
  const [n, width] = x.shape as [string, number];
  const byHead = reshape(x, [`${n}*heads`, headSize], x.graph.int([-1, headSize]));
  return reshape(norm(byHead), [n, width], x.graph.int([-1, width]));
}
