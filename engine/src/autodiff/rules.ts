import type { Dim, Node, Value } from '../onnx/graph.ts';
import * as op from '../onnx/operators.ts';
import type { OperatorRule } from './gradient-rule.ts';
import { lstmGradient } from './lstm.ts';

/** The rule for a node's operator; throws where there is none, rather than treat the operator as a constant. */
export function ruleFor(node: Node): OperatorRule {
  const rule = RULES[node.opType];
  if (!rule) throw new Error(`no gradient rule for operator ${node.opType} (node ${node.outputs[0]?.name})`);
  return rule;
}

/** The operators that have a gradient rule. */
export function differentiableOperators(): string[] {
  return Object.keys(RULES);
}

const input = (node: Node, i: number): Value => node.inputs[i]!;
const output = (node: Node, i = 0): Value => node.outputs[i]!;

/** A rule for y = f(x): gradient of y, x and y → gradient of x. */
function unary(rule: (dy: Value, x: Value, y: Value) => Value): OperatorRule {
  return (node, [dy]) => [rule(dy!, input(node, 0), output(node))];
}

/** Sums a gradient over the axes along which its operand was broadcast. */
function sumTo(gradient: Value, operand: Value): Value {
  const extra = gradient.shape.length - operand.shape.length;
  const axes: number[] = [];
  gradient.shape.forEach((dim: Dim, axis) => {
    if (axis < extra || (operand.shape[axis - extra] === 1 && dim !== 1)) axes.push(axis);
  });
  if (axes.length === 0) return gradient;
  const summed = op.reduceSum(gradient, axes, true);
  return extra === 0 ? summed : reshapeLike(summed, operand);
}

function reshapeLike(x: Value, like: Value): Value {
  const open = like.shape.filter((dim, i) => typeof dim === 'string' && x.shape[i] !== dim).length;
  return open > 1 ? op.reshape(x, like.shape, op.shapeOf(like)) : op.reshape(x, like.shape);
}

function attribute<T>(node: Node, name: string): T {
  return node.attributes[name] as T;
}

/** y = op(a) · op(b) · alpha, batched; op swaps the last two axes where the flag says so. */
function matrixProduct(
  transA: boolean,
  transB: boolean,
  alpha: number,
  a: Value,
  b: Value,
  dy: Value,
  wanted: boolean[],
): (Value | undefined)[] {
  const product = (left: Value, right: Value, options: op.FusedMatMulOptions) =>
    op.fusedMatMul(left, right, { ...options, alpha });
  const da = () => (transA ? product(b, dy, { transA: transB, transB: true }) : product(dy, b, { transB: !transB }));
  const db = () => (transB ? product(dy, a, { transA: true, transB: transA }) : product(a, dy, { transA: !transA }));
  return [wanted[0] ? sumTo(da(), a) : undefined, wanted[1] ? sumTo(db(), b) : undefined];
}

const RULES: Record<string, OperatorRule> = {
  Identity: unary((dy) => dy),
  Add: (node, [dy], wanted) => [0, 1].map((i) => (wanted[i] ? sumTo(dy!, input(node, i)) : undefined)),
  Sub: (node, [dy], wanted) => [
    wanted[0] ? sumTo(dy!, input(node, 0)) : undefined,
    wanted[1] ? sumTo(op.neg(dy!), input(node, 1)) : undefined,
  ],
  Mul: (node, [dy], wanted) =>
    [0, 1].map((i) => (wanted[i] ? sumTo(op.mul(dy!, input(node, 1 - i)), input(node, i)) : undefined)),
  Div: (node, [dy], wanted) => {
    const [a, b] = [input(node, 0), input(node, 1)];
    const scaled = op.div(dy!, b);
    return [
      wanted[0] ? sumTo(scaled, a) : undefined,
      wanted[1] ? sumTo(op.neg(op.mul(scaled, output(node))), b) : undefined,
    ];
  },
  Neg: unary((dy) => op.neg(dy)),
  Exp: unary((dy, _x, y) => op.mul(dy, y)),
  Log: unary((dy, x) => op.div(dy, x)),
  Sqrt: unary((dy, _x, y) => op.mulScalar(op.div(dy, y), 0.5)),
  Tanh: unary((dy, _x, y) => op.sub(dy, op.mul(dy, op.mul(y, y)))),
  Sigmoid: unary((dy, _x, y) => op.mul(op.mul(dy, y), op.sub(y.graph.float(1), y))),
  Relu: unary((dy, _x, y) => op.where(op.less(y.graph.float(0), y), dy, y.graph.float(0))),
  Erf: unary((dy, x) => op.mulScalar(op.mul(dy, op.exp(op.neg(op.mul(x, x)))), 2 / Math.sqrt(Math.PI))),
  Gelu: (node, [dy]) => [
    attribute(node, 'approximate') === 'tanh'
      ? geluTanhGradient(dy!, input(node, 0), output(node))
      : geluGradient(dy!, input(node, 0)),
  ],
  QuickGelu: (node, [dy]) => [
    siluGradient(dy!, input(node, 0), output(node), attribute<{ float: number }>(node, 'alpha').float),
  ],
  Cast: (node, [dy]) => [op.cast(dy!, input(node, 0).type)],
  Where: (node, [dy], wanted) => {
    const zero = dy!.graph.float(0);
    return [
      undefined,
      wanted[1] ? sumTo(op.where(input(node, 0), dy!, zero), input(node, 1)) : undefined,
      wanted[2] ? sumTo(op.where(input(node, 0), zero, dy!), input(node, 2)) : undefined,
    ];
  },
  MatMul: (node, [dy], wanted) => matrixProduct(false, false, 1, input(node, 0), input(node, 1), dy!, wanted),
  FusedMatMul: (node, [dy], wanted) =>
    matrixProduct(
      attribute(node, 'transA') === 1,
      attribute(node, 'transB') === 1,
      attribute<{ float: number }>(node, 'alpha').float,
      input(node, 0),
      input(node, 1),
      dy!,
      wanted,
    ),
  Gemm: (node, [dy], wanted) => {
    const [a, b, c] = node.inputs as [Value, Value, Value | undefined];
    const transA = attribute(node, 'transA') === 1;
    const transB = attribute(node, 'transB') === 1;
    return [
      wanted[0]
        ? transA
          ? op.gemm(b, dy!, undefined, { transA: transB, transB: true })
          : op.gemm(dy!, b, undefined, { transB: !transB })
        : undefined,
      wanted[1]
        ? transB
          ? op.gemm(dy!, a, undefined, { transA: true, transB: transA })
          : op.gemm(a, dy!, undefined, { transA: !transA })
        : undefined,
      wanted[2] ? sumTo(dy!, c!) : undefined,
    ];
  },
  Transpose: (node, [dy]) => {
    const permutation = attribute<readonly number[]>(node, 'perm');
    return [
      op.transpose(
        dy!,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  },
  Reshape: (node, [dy]) => [reshapeLike(dy!, input(node, 0))],
  Unsqueeze: (node, [dy]) => [reshapeLike(dy!, input(node, 0))],
  Concat: (node, [dy], wanted) => {
    const axis = attribute<number>(node, 'axis');
    const parts = node.inputs as Value[];
    const sizes = parts.every((part) => typeof part.shape[axis] === 'number')
      ? undefined
      : op.concat(
          parts.map((part) => op.shapeOf(part, axis, axis + 1)),
          0,
        );
    const gradient = op.split(
      dy!,
      axis,
      parts.map((part) => part.shape[axis]!),
      sizes,
    );
    return gradient.map((part, i) => (wanted[i] ? part : undefined));
  },
  Split: (node, dys) => {
    const parts = dys.map((dy, i) => dy ?? zerosLike(output(node, i)));
    const joined = op.concat(parts, attribute<number>(node, 'axis'));
    return [reshapeLike(joined, input(node, 0)), undefined];
  },
  Softmax: (node, [dy]) => {
    const y = output(node);
    const weighted = op.mul(dy!, y);
    const total = op.reduceSum(weighted, [attribute<number>(node, 'axis')], true);
    return [op.sub(weighted, op.mul(y, total))];
  },
  LogSoftmax: (node, [dy]) => {
    const total = op.reduceSum(dy!, [attribute<number>(node, 'axis')], true);
    return [op.sub(dy!, op.mul(op.exp(output(node)), total))];
  },
  ReduceSum: (node, [dy]) => [spread(node, dy!, 1)],
  ReduceMean: (node, [dy]) => {
    const x = input(node, 0);
    const count = reducedAxes(node).reduce((product, axis) => product * Number(x.shape[axis]), 1);
    if (Number.isNaN(count)) throw new Error('the mean over an axis of unknown size has no gradient rule');
    return [spread(node, dy!, 1 / count)];
  },
  LayerNormalization: (node, [dy, ...statistics], wanted) => {
    if (statistics.some((gradient) => gradient !== undefined)) {
      throw new Error('the mean and deviation of LayerNormalization have no gradient rule');
    }
    return layerNormalizationGradient(node, dy!, wanted);
  },
  SimplifiedLayerNormalization: (node, [dy, statistic], wanted) => {
    if (statistic) throw new Error('the deviation of SimplifiedLayerNormalization has no gradient rule');
    return rmsNormalizationGradient(node, dy!, wanted);
  },
  // A rotation is undone by the opposite one.
  RotaryEmbedding: (node, [dy], wanted) => {
    if (wanted[2] || wanted[3]) throw new Error('the angles of RotaryEmbedding have no gradient rule');
    const [positions, cosines, sines] = node.inputs.slice(1) as [Value, Value, Value];
    return [op.likeNode(node, [dy!, positions, cosines, op.neg(sines)])[0]];
  },
  LSTM: lstmGradient,
};

function zerosLike(x: Value): Value {
  return op.filled(op.shapeOf(x), x.shape, 0);
}

function reducedAxes(node: Node): number[] {
  const x = input(node, 0);
  const axes = x.graph.initializers.get(input(node, 1)) as BigInt64Array;
  return [...axes].map(Number);
}

/** The gradient of a sum: each summand gets the sum's gradient, times `scale`. */
function spread(node: Node, dy: Value, scale: number): Value {
  const x = input(node, 0);
  const axes = new Set(reducedAxes(node));
  const scaled = scale === 1 ? dy : op.mulScalar(dy, scale);
  const kept = x.shape.map((dim, i) => (axes.has(i) ? 1 : dim));
  const open = kept.filter((dim, i) => typeof dim === 'string' && scaled.shape[i] !== dim).length;
  if (open > 1) throw new Error('a reduction over axes between unknown sizes needs keepdims');
  return op.expand(op.reshape(scaled, kept), x.shape, op.shapeOf(x));
}

/**
 * y = x · s with s = sigmoid(2u), 2u = x · (a + b x²), which equals ½x(1 + tanh u), GPT-2's approximation
 * (Hendrycks and Gimpel 2016). dy/dx = s + y (1 − s)(a + 3b x²). Written so that few passes over the widest
 * activations of a backbone are needed.
 */
function geluTanhGradient(dy: Value, x: Value, y: Value): Value {
  const a = 2 * Math.sqrt(2 / Math.PI);
  const b = 0.044715 * a;
  const square = op.mulScalar(op.mul(x, x), b);
  const s = op.sigmoid(op.mul(x, op.addScalar(square, a)));
  const slope = op.addScalar(op.mulScalar(square, 3), a);
  const inner = op.mul(op.mul(y, slope), op.sub(x.graph.float(1), s));
  return op.mul(dy, op.add(s, inner));
}

/** y = x · s with s = sigmoid(αx): dy/dx = s + α y (1 − s). */
function siluGradient(dy: Value, x: Value, y: Value, alpha: number): Value {
  const s = op.sigmoid(alpha === 1 ? x : op.mulScalar(x, alpha));
  const scaled = alpha === 1 ? y : op.mulScalar(y, alpha);
  return op.mul(dy, op.add(s, op.mul(scaled, op.sub(x.graph.float(1), s))));
}

/** y = x Φ(x): dy/dx = Φ(x) + x φ(x). */
function geluGradient(dy: Value, x: Value): Value {
  const cumulative = op.addScalar(op.mulScalar(op.erf(op.mulScalar(x, Math.SQRT1_2)), 0.5), 0.5);
  const density = op.mulScalar(op.exp(op.mulScalar(op.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return op.mul(dy, op.add(cumulative, op.mul(x, density)));
}

/**
 * With x̂ = (x − mean) · inv and g = dy · scale: dx = inv · (g − mean(g) − x̂ · mean(g · x̂)),
 * dscale = Σ dy · x̂, dbias = Σ dy (Ba, Kiros and Hinton 2016, differentiated).
 */
function layerNormalizationGradient(node: Node, dy: Value, wanted: boolean[]): (Value | undefined)[] {
  const [x, scale, bias] = node.inputs as [Value, Value, Value];
  const normal = op.mul(op.sub(x, output(node, 1)), output(node, 2));
  let dx: Value | undefined;
  if (wanted[0]) {
    const g = op.mul(dy, scale);
    const along = op.mul(normal, op.reduceMean(op.mul(g, normal), [-1], true));
    dx = op.mul(op.sub(op.sub(g, op.reduceMean(g, [-1], true)), along), output(node, 2));
  }
  return [dx, wanted[1] ? sumTo(op.mul(dy, normal), scale) : undefined, wanted[2] ? sumTo(dy, bias) : undefined];
}

/**
 * With x̂ = x · inv and g = dy · scale: dx = inv · (g − x̂ · mean(g · x̂)), dscale = Σ dy · x̂ (Zhang and Sennrich 2019,
 * differentiated).
 */
function rmsNormalizationGradient(node: Node, dy: Value, wanted: boolean[]): (Value | undefined)[] {
  const [x, scale] = node.inputs as [Value, Value];
  const inverse = output(node, 1);
  const normal = op.mul(x, inverse);
  let dx: Value | undefined;
  if (wanted[0]) {
    const g = op.mul(dy, scale);
    dx = op.mul(op.sub(g, op.mul(normal, op.reduceMean(op.mul(g, normal), [-1], true))), inverse);
  }
  return [dx, wanted[1] ? sumTo(op.mul(dy, normal), scale) : undefined];
}
