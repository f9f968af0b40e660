import type { Activation } from '../../../model/src/architectures/activations.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { gemm, layerNormalization, mul, reshape, rmsNormalization } from '../onnx/operators.ts';
import { activate } from './activate.ts';
import type { Weights } from './weights.ts';

/** The layers that backbones have in common, each by the name of its weights in a model folder. */
export class FrozenLayers {
  readonly graph: Graph;
  private readonly weights: Weights;

  constructor(graph: Graph, weights: Weights) {
    this.graph = graph;
    this.weights = weights;
  }

  weight(name: string): Value {
    return this.weights.get(this.graph, name);
  }

  /** What stands beside a weight, where the model has it. */
  bias(name: string): Value | undefined {
    return this.weights.has(`${name}.bias`) ? this.weight(`${name}.bias`) : undefined;
  }

  /** x [n, in] · weightᵀ (+ bias), where the weight is stored [out, in] and its bias, if there is one, beside it. */
  linear(x: Value, name: string): Value {
    const bias = this.bias(name);
    return gemm(x, this.weight(`${name}.weight`), bias, { transB: true });
  }

  /** Queries, keys and values of attention, each a projection by itself; `norm` is that of queries and of keys. */
  projections(name: string, norm = (x: Value, _name: string) => x) {
    return {
      query: (x: Value) => norm(this.linear(x, `${name}.q_proj`), `${name}.q_norm`),
      key: (x: Value) => norm(this.linear(x, `${name}.k_proj`), `${name}.k_norm`),
      value: (x: Value) => this.linear(x, `${name}.v_proj`),
    };
  }

  /** As `linear`, with rows `from` to `to` of a weight that holds several below each other: → [n, to − from]. */
  linearPart(x: Value, name: string, from: number, to: number): Value {
    return gemm(x, this.weights.rows(this.graph, `${name}.weight`, from, to), undefined, { transB: true });
  }

  /** A feed-forward layer [n, hidden] → [n, hidden] with a gate, which `activation` opens. */
  gated(x: Value, name: string, activation: Activation): Value {
    const gate = activate(this.linear(x, `${name}.gate_proj`), activation);
    return this.linear(mul(gate, this.linear(x, `${name}.up_proj`)), `${name}.down_proj`);
  }

  /** With the bias beside the weight, if there is one. */
  layerNorm(x: Value, name: string, epsilon: number): Value {
    const scale = this.weight(`${name}.weight`);
    return layerNormalization(x, scale, this.bias(name) ?? same(scale.graph, 0, scale.shape[0] as number), epsilon)[0];
  }

  /** As `layerNorm`, without a weight: x [n, width]. */
  plainLayerNorm(x: Value, epsilon: number): Value {
    const width = x.shape[1] as number;
    return layerNormalization(x, same(x.graph, 1, width), same(x.graph, 0, width), epsilon)[0];
  }

  rmsNorm(x: Value, name: string, epsilon: number): Value {
    return rmsNormalization(x, this.weight(`${name}.weight`), epsilon)[0];
  }
}

/** [width], of one value. */
function same(graph: Graph, value: number, width: number): Value {
  return graph.float(new Array<number>(width).fill(value), [width]);
}

/** `norm` of each head's entries by themselves: x [n, heads · head size], head norm [n · heads, head size]. */
export function normOfHeads(x: Value, headSize: number, norm: (x: Value) => Value): Value {
  const [n, width] = x.shape as [string, number];
  const byHead = reshape(x, [`${n}*${width / headSize}`, headSize], x.graph.int([-1, headSize]));
  return reshape(norm(byHead), [n, width], x.graph.int([-1, width]));
}
