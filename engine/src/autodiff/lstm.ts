import type { Value } from '../onnx/graph.ts';
import * as op from '../onnx/operators.ts';
import type { OperatorRule } from './gradient-rule.ts';

interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
}

/**
 * Gradient of the bidirectional LSTM operator (Hochreiter and Schmidhuber 1997; ONNX's gate order input, output,
 * forget, cell). Only the outputs of every step are kept from the forward pass: from them one product gives all gates
 * again, a short scan the cell states, and a scan against the order of time the gradients of the gates. The gradients
 * of x, w and r are then one product each. Both directions go through one scan: within this rule "order of steps"
 * means that the second direction's steps stand reversed, as it takes them. The number of nodes does not depend on
 * the number of steps.
 *
 * With i, o, f the gates, g the candidate, c = f ∘ c₋ + i ∘ g and h = o ∘ tanh c:
 *   dc = dh ∘ o (1 − tanh² c) + dc₊ ∘ f₊,  dh = dy + (gradient of the next step's gates) · r,
 *   d(before the activations) = [dc, dh, dc, dc] ∘ [g i(1 − i), tanh(c) o(1 − o), c₋ f(1 − f), i(1 − g²)].
 */
export const lstmGradient: OperatorRule = (node, [dy], wanted) => {
  if (node.inputs.length > 4 || node.outputs.length > 1 || node.attributes.direction !== 'bidirectional') {
    throw new Error(
      'the gradient rule of LSTM covers both directions, from zero states, with the output of every step',
    );
  }
  const [x, w, r, b] = node.inputs as [Value, Value, Value, Value];
  const y = node.outputs[0]!;
  const sizes = sizesOf(x, y);
  const { steps, batch, inputs, hidden } = sizes;
  const flatX = op.reshape(x, [steps * batch, inputs]);
  const flatW = op.reshape(w, [8 * hidden, inputs]);
  const bias = op.reshape(op.reduceSum(op.reshape(b, [2, 2, 4 * hidden]), [1], false), [8 * hidden]);

  const fromInput = op.reshape(op.gemm(flatX, flatW, bias, { transB: true }), [steps, batch, 2, 4 * hidden]);
  const previous = byDirection(stepBefore(inOrderOfSteps(y)), sizes);
  const fromPrevious = byStep(op.fusedMatMul(previous, r, { transB: true }), sizes);
  const gates = op.add(inOrderOfSteps(op.transpose(fromInput, [0, 2, 1, 3])), fromPrevious);
  const dGates = gateGradients(sizes, gates, inOrderOfSteps(dy!), r);

  const flatGates = op.reshape(op.transpose(inOrderOfSteps(dGates), [0, 2, 1, 3]), [steps * batch, 8 * hidden]);
  return [
    wanted[0] ? op.reshape(op.gemm(flatGates, flatW), [steps, batch, inputs]) : undefined,
    wanted[1] ? op.reshape(op.gemm(flatGates, flatX, undefined, { transA: true }), [2, 4 * hidden, inputs]) : undefined,
    wanted[2] ? op.fusedMatMul(byDirection(dGates, sizes), previous, { transA: true }) : undefined,
    wanted[3] ? biasGradient(sizes, flatGates) : undefined,
  ];
};

function sizesOf(x: Value, y: Value): Sizes {
  const [steps, batch, inputs] = x.shape;
  const hidden = y.shape[3];
  if (
    typeof steps !== 'number' ||
    typeof batch !== 'number' ||
    typeof inputs !== 'number' ||
    typeof hidden !== 'number'
  ) {
    throw new Error(`the gradient rule of LSTM needs fixed sizes, not [${x.shape}]`);
  }
  return { steps, batch, inputs, hidden };
}

/** [steps, 2, …] with the second direction's steps the other way round; its own inverse. */
function inOrderOfSteps(x: Value): Value {
  const steps = x.shape[0] as number;
  const reversed = x.graph.int32(Array.from({ length: steps }, (_, step) => steps - 1 - step));
  const [first, second] = op.split(x, 1, [1, 1]) as [Value, Value];
  return op.concat([first, op.gather(second, reversed)], 1);
}

/** For each step the entry of the one before it, zero for the first: the shape of x. */
function stepBefore(x: Value): Value {
  const [steps, ...rest] = x.shape as number[];
  const first = zeros(x, [1, ...rest]);
  return steps === 1 ? first : op.concat([first, op.slice(x, 0, 0, steps! - 1)], 0);
}

/** [steps, 2, batch, n] → [2, steps · batch, n] */
function byDirection(x: Value, { steps, batch }: Sizes): Value {
  return op.reshape(op.transpose(x, [1, 0, 2, 3]), [2, steps * batch, x.shape[3]!]);
}

/** [2, steps · batch, n] → [steps, 2, batch, n] */
function byStep(x: Value, { steps, batch }: Sizes): Value {
  return op.transpose(op.reshape(x, [2, steps, batch, x.shape[2]!]), [1, 0, 2, 3]);
}

/**
 * Gradients of the gates before their activations, [steps, 2, batch, 4 hidden], from the gates and from dy
 * [steps, 2, batch, hidden]; all in the order of steps.
 */
function gateGradients({ batch, hidden }: Sizes, gates: Value, dy: Value, r: Value): Value {
  const one = gates.graph.float(1);
  const zero = zeros(gates, [2, batch, hidden]);
  const squared = (v: Value) => op.mul(v, v);
  const slope = (v: Value) => op.mul(v, op.sub(one, v));

  const parts = op.split(gates, 3, [hidden, hidden, hidden, hidden]) as [Value, Value, Value, Value];
  const i = op.sigmoid(parts[0]);
  const o = op.sigmoid(parts[1]);
  const f = op.sigmoid(parts[2]);
  const g = op.tanh(parts[3]);
  const cells = op.scan([zero], [f, op.mul(i, g)], ([c], [forget, added]) => {
    const next = op.add(op.mul(forget!, c!), added!);
    return { states: [next], outputs: [next] };
  }).outputs[0]!;
  const tanhC = op.tanh(cells);

  const factors = op.concat(
    [
      op.mul(g, slope(i)),
      op.mul(tanhC, slope(o)),
      op.mul(stepBefore(cells), slope(f)),
      op.mul(i, op.sub(one, squared(g))),
    ],
    3,
  );
  const outputToCell = op.mul(o, op.sub(one, squared(tanhC)));
  return op.scan(
    [zero, zero],
    [dy, outputToCell, f, factors],
    ([dhNext, dcNext], [dyStep, toCell, forget, factor]) => {
      const dh = op.add(dyStep!, dhNext!);
      const dc = op.add(op.mul(dh, toCell!), dcNext!);
      const d = op.mul(op.concat([dc, dh, dc, dc], 2), factor!);
      return { states: [op.matMul(d, r), op.mul(dc, forget!)], outputs: [d] };
    },
    true,
  ).outputs[0]!;
}

/** [2, 8 hidden]: input and recurrent bias are added to the same gates, so that their gradients are equal. */
function biasGradient({ hidden }: Sizes, flatGates: Value): Value {
  const sum = op.reshape(op.reduceSum(flatGates, [0], false), [2, 4 * hidden]);
  return op.concat([sum, sum], 1);
}

function zeros(like: Value, shape: readonly number[]): Value {
  const count = shape.reduce((product, size) => product * size);
  return like.graph.float(new Array<number>(count).fill(0), shape);
}
