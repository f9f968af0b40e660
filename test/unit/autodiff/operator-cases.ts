import type { Value } from '../../../engine/src/onnx/graph.ts';
import * as op from '../../../engine/src/onnx/operators.ts';
import type { CaseInput, GradientCase, Sizes } from './check-gradient.ts';

const positive = (x: number) => Math.abs(x) + 0.5;
const awayFromZero = (x: number) => (x < 0 ? x - 0.5 : x + 0.5);

const unary = (f: (x: Value) => Value, domain?: (x: number) => number): GradientCase[] => [
  {
    title: 'of a matrix',
    inputs: ({ a, b }) => [domain ? { shape: [a, b], domain } : { shape: [a, b] }],
    build: ([x]) => f(x!),
  },
];

/** The ways in which two operands may be broadcast to each other. */
const BROADCASTS: readonly { title: string; inputs: (sizes: Sizes) => [CaseInput, CaseInput] }[] = [
  { title: 'equal shapes', inputs: ({ a, b }) => [{ shape: [a, b] }, { shape: [a, b] }] },
  { title: 'a row', inputs: ({ a, b }) => [{ shape: [a, b] }, { shape: [b] }] },
  { title: 'a column times a row', inputs: ({ a, b }) => [{ shape: [a, 1] }, { shape: [1, b] }] },
  { title: 'a scalar on the left', inputs: ({ a, b }) => [{ shape: [] }, { shape: [a, b] }] },
  { title: 'an inner axis', inputs: ({ a, b, c }) => [{ shape: [a, b, c] }, { shape: [b, 1] }] },
  {
    title: 'an axis of unknown size',
    inputs: ({ a, b }) => [{ shape: [a, b], declared: ['n', b] }, { shape: [1, b] }],
  },
  {
    title: 'two axes of unknown size',
    inputs: ({ a, b, c }) => [
      { shape: [a, b, c], declared: ['n', 'm', c] },
      { shape: [b, 1], declared: ['m', 1] },
    ],
  },
];

const binary = (f: (a: Value, b: Value) => Value, domainOfSecond?: (x: number) => number): GradientCase[] =>
  BROADCASTS.map(({ title, inputs }) => ({
    title,
    inputs: (sizes) => {
      const [left, right] = inputs(sizes);
      return [left, domainOfSecond ? { ...right, domain: domainOfSecond } : right];
    },
    build: ([a, b]) => f(a!, b!),
  }));

const WHERE_SHAPES: readonly { title: string; inputs: (sizes: Sizes) => [CaseInput, CaseInput, CaseInput] }[] = [
  { title: 'of equal shapes', inputs: ({ a, b }) => [{ shape: [a, b] }, { shape: [a, b] }, { shape: [a, b] }] },
  { title: 'of a column that chooses', inputs: ({ a, b }) => [{ shape: [a, 1] }, { shape: [a, b] }, { shape: [b] }] },
  { title: 'of scalars', inputs: ({ a, b }) => [{ shape: [a, b] }, { shape: [] }, { shape: [1, 1] }] },
  {
    title: 'of an unknown size',
    inputs: ({ a, b }) => [
      { shape: [a, 1], declared: ['n', 1] },
      { shape: [1, b] },
      { shape: [a, b], declared: ['n', b] },
    ],
  },
];

/** The ways in which the batches of a matrix product may be laid out. */
const BATCHES: readonly { title: string; left: (s: Sizes) => number[]; right: (s: Sizes) => number[] }[] = [
  { title: 'of matrices', left: () => [], right: () => [] },
  { title: 'of a batch', left: ({ d }) => [d], right: ({ d }) => [d] },
  { title: 'of two batch axes', left: ({ c, d }) => [c, d], right: ({ c, d }) => [c, d] },
  { title: 'of a batch with one matrix', left: ({ d }) => [d], right: () => [] },
  { title: 'of one matrix with a batch', left: () => [], right: ({ d }) => [d] },
  { title: 'of batches broadcast both ways', left: ({ c }) => [c, 1], right: ({ d }) => [1, d] },
];

const TRANSPOSITIONS = [false, true].flatMap((transA) => [false, true].map((transB) => ({ transA, transB })));

const matrix = (rows: number, columns: number, transposed: boolean) => (transposed ? [columns, rows] : [rows, columns]);

const fusedMatMul: GradientCase[] = BATCHES.flatMap(({ title, left, right }) =>
  TRANSPOSITIONS.map(({ transA, transB }) => ({
    title: `${title}, transA ${transA}, transB ${transB}`,
    inputs: (s: Sizes) => [
      { shape: [...left(s), ...matrix(s.a, s.b, transA)] },
      { shape: [...right(s), ...matrix(s.b, s.c, transB)] },
    ],
    build: ([a, b]: Value[]) => op.fusedMatMul(a!, b!, { transA, transB, alpha: 0.7 }),
  })),
);

const GEMM_SUMMANDS: readonly { title: string; shape: (rows: number, columns: number) => number[] | undefined }[] = [
  { title: 'no summand', shape: () => undefined },
  { title: 'a row', shape: (_, columns) => [columns] },
  { title: 'a matrix of one row', shape: (_, columns) => [1, columns] },
  { title: 'a column', shape: (rows) => [rows, 1] },
  { title: 'a matrix', shape: (rows, columns) => [rows, columns] },
  { title: 'a scalar', shape: () => [] },
];

const gemm: GradientCase[] = GEMM_SUMMANDS.flatMap(({ title, shape }) =>
  TRANSPOSITIONS.map(({ transA, transB }) => ({
    title: `${title}, transA ${transA}, transB ${transB}`,
    inputs: ({ a, b, c }: Sizes) => {
      const summand = shape(a, c);
      const factors = [{ shape: matrix(a, b, transA) }, { shape: matrix(b, c, transB) }];
      return summand ? [...factors, { shape: summand }] : factors;
    },
    build: ([a, b, c]: Value[]) => op.gemm(a!, b!, c, { transA, transB }),
  })),
);

const softmaxes = (f: (x: Value, axis: number) => Value): GradientCase[] =>
  [0, 1, -1].map((axis) => ({
    title: `along axis ${axis}`,
    inputs: ({ a, b, c }) => [{ shape: [a, b, c] }],
    build: ([x]) => f(x!, axis),
  }));

const reductions = (f: (x: Value, axes: readonly number[], keepDims: boolean) => Value): GradientCase[] =>
  [true, false].flatMap((keepDims) => [
    ...[[0], [1], [-1], [0, 2], [0, 1, 2]].map((axes) => ({
      title: `over axes ${axes}${keepDims ? ', kept' : ''}`,
      inputs: ({ a, b, c }: Sizes) => [{ shape: [a, b, c] }],
      build: ([x]: Value[]) => f(x!, axes, keepDims),
    })),
    {
      title: `over an axis behind one of unknown size${keepDims ? ', kept' : ''}`,
      inputs: ({ a, b, c }: Sizes) => [{ shape: [a, b, c], declared: ['n', b, c] }],
      build: ([x]: Value[]) => f(x!, [1], keepDims),
    },
  ]);

const overUnknownAxis: GradientCase = {
  title: 'over an axis of unknown size',
  inputs: ({ a, b, c }) => [{ shape: [a, b, c], declared: ['n', b, 'm'] }],
  build: ([x]) => op.reduceSum(x!, [0], true),
};

/** Two parts of unknown length, one below the other. */
const stacked = ([p, q]: Value[]) => op.concat([p!, q!], 0);
const unknownParts = ({ a, b, c }: Sizes): CaseInput[] => [
  { shape: [a, b], declared: ['p', b] },
  { shape: [c, b], declared: ['q', b] },
];
const splitAgain = (parts: Value[]) =>
  op.split(
    stacked(parts),
    0,
    ['p', 'q'],
    op.concat(
      parts.map((part) => op.shapeOf(part, 0, 1)),
      0,
    ),
  );

/** Short, since a direction that moves all weights at once bends the function more with each place of the sequence. */
const LSTM_STEP = 2e-3;

/** For each operator with a gradient rule the functions that it is checked in. */
export const OPERATOR_CASES: Readonly<Record<string, readonly GradientCase[]>> = {
  Identity: unary(op.identity),
  Add: binary(op.add),
  Sub: binary(op.sub),
  Mul: [...binary(op.mul), ...unary((x) => op.mul(x, x))],
  Div: binary(op.div, awayFromZero),
  Neg: unary(op.neg),
  Exp: unary(op.exp),
  Log: unary(op.log, positive),
  Sqrt: unary(op.sqrt, positive),
  Tanh: unary(op.tanh),
  Sigmoid: unary(op.sigmoid),
  Relu: unary(op.relu, awayFromZero),
  Erf: unary(op.erf),
  Gelu: [...unary((x) => op.gelu(x, 'none')), ...unary((x) => op.gelu(x, 'tanh'))],
  QuickGelu: unary(op.silu),
  // A wide step, since half precision has a rounding of its own and the function is linear but for it.
  Cast: [
    {
      title: 'to half precision and back',
      inputs: ({ a, b }) => [{ shape: [a, b] }],
      build: ([x]) => op.cast(op.cast(x!, 'float16'), 'float32'),
      step: 1,
    },
  ],
  Where: WHERE_SHAPES.map(({ title, inputs }) => ({
    title,
    inputs: (sizes) => {
      const [chooser, left, right] = inputs(sizes);
      return [{ ...chooser, constant: true }, left, right];
    },
    build: ([chooser, a, b]) => op.where(op.less(chooser!, chooser!.graph.float(0.1)), a!, op.exp(b!)),
  })),
  MatMul: [
    ...BATCHES.map(({ title, left, right }) => ({
      title,
      inputs: (s: Sizes) => [{ shape: [...left(s), s.a, s.b] }, { shape: [...right(s), s.b, s.c] }],
      build: ([a, b]: Value[]) => op.matMul(a!, b!),
    })),
    {
      title: 'of unknown sizes',
      inputs: ({ a, b, c, d }) => [
        { shape: [d, a, b], declared: ['heads', 'rows', b] },
        { shape: [d, b, c], declared: ['heads', b, 'columns'] },
      ],
      build: ([a, b]) => op.matMul(a!, b!),
    },
  ],
  FusedMatMul: fusedMatMul,
  Gemm: gemm,
  Transpose: [
    [2, 0, 1],
    [1, 0, 2],
    [0, 2, 1],
  ].map((permutation) => ({
    title: `by ${permutation}`,
    inputs: ({ a, b, c }) => [{ shape: [a, b, c] }],
    build: ([x]) => op.transpose(x!, permutation),
  })),
  Reshape: [
    {
      title: 'of fixed sizes',
      inputs: ({ a, b, c }) => [{ shape: [a, b, c] }],
      build: ([x], { a, b, c }) => op.reshape(x!, [c, a * b]),
    },
    {
      title: 'of an unknown size that stays',
      inputs: ({ a, b, c }) => [{ shape: [a, b * c], declared: ['n', b * c] }],
      build: ([x], { b, c }) => op.reshape(x!, ['n', b, c]),
    },
    {
      title: 'of an unknown size that is merged with another',
      inputs: ({ a, b, c }) => [{ shape: [a, b, c], declared: ['n', b, c] }],
      build: ([x], { b, c }) => op.reshape(x!, [`n*${b}`, c]),
    },
    {
      title: 'of two unknown sizes that are merged',
      inputs: ({ a, b, c }) => [{ shape: [a, b, c], declared: ['n', 'm', c] }],
      build: ([x], { c }) => op.reshape(x!, ['n*m', c]),
    },
  ],
  Unsqueeze: [0, 1, -1].map((axis) => ({
    title: `at ${axis}`,
    inputs: ({ a, b }) => [{ shape: [a, b], declared: ['n', b] }],
    build: ([x]) => op.unsqueeze(x!, axis),
  })),
  Concat: [
    {
      title: 'of rows',
      inputs: ({ a, b, c }) => [{ shape: [a, c] }, { shape: [b, c] }],
      build: stacked,
    },
    {
      title: 'of columns, one part twice, one of them constant',
      inputs: ({ a, b, c }) => [{ shape: [a, b] }, { shape: [a, c], constant: true }],
      build: ([p, q]) => op.concat([p!, q!, p!], 1),
    },
    { title: 'of unknown sizes', inputs: unknownParts, build: stacked },
  ],
  Split: [
    {
      title: 'into two',
      inputs: ({ a, b, c }) => [{ shape: [a, b + c] }],
      build: ([x], { b, c }) => {
        const [first, second] = op.split(x!, 1, [b, c]) as [Value, Value];
        return op.concat([second, op.exp(first)], 1);
      },
    },
    {
      title: 'with a part that is not used',
      inputs: ({ a, b, c, d }) => [{ shape: [a + b + c, d] }],
      build: ([x], { a, b, c }) => op.exp(op.split(x!, 0, [a, b, c])[1]!),
    },
    { title: 'of unknown sizes', inputs: unknownParts, build: (parts) => op.exp(splitAgain(parts)[0]!) },
  ],
  Softmax: softmaxes(op.softmax),
  LogSoftmax: softmaxes(op.logSoftmax),
  ReduceSum: [...reductions(op.reduceSum), overUnknownAxis],
  ReduceMean: reductions(op.reduceMean),
  LayerNormalization: [
    {
      title: 'with scale and bias',
      inputs: ({ a, b, c }) => [{ shape: [a, b, c + 1] }, { shape: [c + 1] }, { shape: [c + 1] }],
      // A small epsilon would make the function too steep for differences where a row's entries are equal.
      build: ([x, scale, bias]) => op.layerNormalization(x!, scale!, bias!, 0.1)[0],
    },
  ],
  SimplifiedLayerNormalization: [
    {
      title: 'with a scale',
      inputs: ({ a, b, c }) => [{ shape: [a, b, c + 1] }, { shape: [c + 1] }],
      build: ([x, scale]) => op.rmsNormalization(x!, scale!, 0.1)[0],
    },
  ],
  RotaryEmbedding: [
    { partly: false, interleaved: false, title: 'of whole heads' },
    { partly: true, interleaved: false, title: 'of a part of each head' },
    { partly: false, interleaved: true, title: 'of neighbouring entries' },
    { partly: true, interleaved: true, title: 'of neighbouring entries in a part of each head' },
  ].map(({ partly, interleaved, title }) => ({
    title,
    inputs: ({ a, b, c }) => [
      { shape: [a, b * (2 * c + (partly ? 2 : 0))], declared: ['n', b * (2 * c + (partly ? 2 : 0))] },
      { shape: [a, c], declared: ['n', c], constant: true },
    ],
    build: ([x, angles], { b }) => op.rotaryEmbedding(x!, op.cos(angles!), op.sin(angles!), { heads: b, interleaved }),
  })),
  LSTM: [
    {
      title: 'of a batch',
      inputs: ({ a, b, c, d }) => [
        { shape: [a, c, b] },
        { shape: [2, 4 * d, b] },
        { shape: [2, 4 * d, d] },
        { shape: [2, 8 * d] },
      ],
      build: ([x, w, r, b], { d }) => op.bidirectionalLstm(x!, w!, r!, b!, d),
      step: LSTM_STEP,
    },
    {
      title: 'of which only one direction is used',
      inputs: ({ a, b, d }) => [
        { shape: [a, 1, b] },
        { shape: [2, 4 * d, b] },
        { shape: [2, 4 * d, d] },
        { shape: [2, 8 * d] },
      ],
      build: ([x, w, r, b], { d }) => op.split(op.bidirectionalLstm(x!, w!, r!, b!, d), 1, [1, 1])[1]!,
      step: LSTM_STEP,
    },
  ],
};
