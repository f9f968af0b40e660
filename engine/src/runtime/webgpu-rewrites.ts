import type { Attribute, Node, Value } from '../onnx/graph.ts';
import {
  addScalar,
  div,
  exp,
  likeNode,
  log,
  matMul,
  mul,
  mulScalar,
  reduceMax,
  reduceMean,
  reduceSum,
  sqrt,
  sub,
  transpose,
} from '../onnx/operators.ts';
import type { Rewrite } from '../onnx/rewrite.ts';

/**
 * What the WebGPU provider of ONNX Runtime 1.29 hands back to the CPU, with a copy each way, or computes wrongly, in
 * operators that it has. `test/webgpu/placements.test.ts` counts what is left.
 */
export const WEBGPU_REWRITES: Readonly<Record<string, Rewrite>> = {
  FusedMatMul(node) {
    const [a, b] = node.inputs as [Value, Value];
    const left = flag(node, 'transA') ? swapped(a) : a;
    const right = flag(node, 'transB') ? swapped(b) : b;
    const alpha = float(node, 'alpha');
    if (alpha === 1) return [matMul(left, right)];
    // The scale costs least where the matrix is narrow: heads are, scores are not.
    if (typeof right.shape.at(-1) === 'number') return [mulScalar(matMul(left, right), alpha)];
    return [matMul(mulScalar(left, alpha), right)];
  },

  /** x − m − log Σ exp(x − m), with the largest entry as m. */
  LogSoftmax(node) {
    const x = node.inputs[0]!;
    const axis = node.attributes.axis as number;
    const shifted = sub(x, reduceMax(x, [axis], true));
    return [sub(shifted, log(reduceSum(exp(shifted), [axis], true)))];
  },

  /** Its second output, the inverse of the root mean square, is all zero there. */
  SimplifiedLayerNormalization(node) {
    const [x] = node.inputs as [Value];
    const meanSquare = reduceMean(mul(x, x), [-1], true);
    const inverse = div(x.graph.float(1), sqrt(addScalar(meanSquare, float(node, 'epsilon'))));
    return [likeNode(node, node.inputs as Value[])[0], inverse];
  },
};

function swapped(x: Value): Value {
  const last = x.shape.length - 1;
  return transpose(
    x,
    x.shape.map((_, axis) => (axis === last ? last - 1 : axis === last - 1 ? last : axis)),
  );
}

function flag(node: Node, name: string): boolean {
  return node.attributes[name] === 1;
}

function float(node: Node, name: string): number {
  return (node.attributes[name] as Extract<Attribute, { readonly float: number }>).float;
}
