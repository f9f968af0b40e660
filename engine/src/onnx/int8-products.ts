import { frozenValues } from './frozen-values.ts';
import type { Graph, Value } from './graph.ts';
import {
  abs,
  add,
  addScalar,
  div,
  integerProduct,
  max,
  mul,
  mulScalar,
  neg,
  quantizeLinear,
  reduceMax,
  reduceMin,
  reshape,
  transpose,
} from './operators.ts';

export interface Int8Options {
  /** The largest whole number that a weight may become: 127, or less where the machine's sums of products overflow. */
  readonly largest: number;
  /**
   * The size of the vocabulary. Products with a matrix of that height or width stay in float32: with its vectors in 8 bits, by a
   * scale for each column or for each word, the gradient of a demo model was about half of its length off.
   */
  readonly vocabSize: number;
  /**
   * Whether the integers are made before the graph is loaded, a few matrices at a time: in a way that takes less time, and the
   * memory of a float32 matrix besides, which there is no room for where all are made at once.
   */
  readonly beforehand?: boolean;
}

/** Below this a row is as good as zero; it keeps zero out of divisions. */
const TINY = 1e-30;

/** Numbers from −1 to 1 as 8 bits: −127 … 127, the zero at 128. */
const LEVELS = 127;
const ZERO_POINT = 128;

/**
 * Writes products with frozen matrices as products of 8-bit integers. A matrix has a scale for each column of the product, and
 * becomes integers when the runtime loads the graph; the other operand has one for each of its rows, which are thus computed
 * alike whatever stands beside them. Products of the backward pass are written so, too: the matrices are then the
 * transposed ones.
 * @returns the names of values, which come of stored weights alone, that are to be fed: the matrices' integers and scales, where
 * they are made beforehand, and otherwise the vocabulary's matrices, each of whose products the runtime would keep a copy for
 */
export function useInt8Products(graph: Graph, options: Int8Options): ReadonlySet<string> {
  const frozen = frozenValues(graph);
  const weights = new Int8Weights(graph, options);
  const vocabularies = new Set<string>();
  for (const node of graph.nodes.splice(0)) {
    const [a, b, c] = node.inputs as [Value, Value?, Value?];
    const isFrozen = frozen.has(node.outputs[0]?.name ?? '');
    if (!isFrozen && node.opType === 'Gemm' && b && frozen.has(b.name) && node.attributes.transA !== 1) {
      if (!b.shape.includes(options.vocabSize)) {
        const product = int8Product(a, weights.get(b, node.attributes.transB === 1));
        const sum = c ? add(product, c) : product;
        graph.nodes.push({ opType: 'Identity', domain: '', inputs: [sum], outputs: node.outputs, attributes: {} });
        continue;
      }
      vocabularies.add(b.name);
    }
    graph.nodes.push(node);
  }
  return options.beforehand ? weights.names : vocabularies;
}

interface Int8Matrix {
  /** [k, n] (int8) */
  readonly values: Value;
  /** [n] */
  readonly scales: Value;
}

function int8Product(a: Value, b: Int8Matrix): Value {
  const graph = a.graph;
  const peaks = addScalar(reduceMax(abs(a), [-1], true), TINY);
  const rows = div(a, peaks);
  const zeroPoint = graph.uint8(ZERO_POINT);
  const scale = graph.float(1 / LEVELS);
  return mul(integerProduct({ values: quantizeLinear(rows, scale, zeroPoint), scale, zeroPoint }, b), peaks);
}

/** Frozen matrices as integers, each once for every way in which it is used. */
class Int8Weights {
  private readonly graph: Graph;
  private readonly options: Int8Options;
  private readonly known = new Map<string, Int8Matrix>();

  constructor(graph: Graph, options: Int8Options) {
    this.graph = graph;
    this.options = options;
  }

  get names(): ReadonlySet<string> {
    return new Set([...this.known.values()].flatMap(({ values, scales }) => [values.name, scales.name]));
  }

  /** As the right operand of a product. The nodes depend on frozen values alone, so that they run when the graph is loaded. */
  get(matrix: Value, transposed: boolean): Int8Matrix {
    const key = `${matrix.name} ${transposed}`;
    let found = this.known.get(key);
    if (!found) {
      const { values, scales } = this.quantised(matrix, transposed ? 1 : 0);
      found = { values: transposed ? transpose(values, [1, 0]) : values, scales };
      this.known.set(key, found);
    }
    return found;
  }

  /** With a scale for all that stands along the axis `summed`. */
  private quantised(matrix: Value, summed: number): Int8Matrix {
    const { graph } = this;
    const { largest, beforehand = false } = this.options;
    const peaks = max(reduceMax(matrix, [summed], beforehand), neg(reduceMin(matrix, [summed], beforehand)));
    const scales = addScalar(mulScalar(peaks, 1 / largest), TINY);
    const count = matrix.shape[1 - summed] as number;
    if (!beforehand) {
      const zeros = graph.int8(new Array<number>(count).fill(0));
      return { values: quantizeLinear(matrix, scales, zeros, 1 - summed), scales };
    }
    // The runtime is slow with a scale for each row or column, and quick with one for all.
    const values = quantizeLinear(div(matrix, scales), graph.float([1]), graph.int8([0]));
    return { values, scales: reshape(scales, [count]) };
  }
}
