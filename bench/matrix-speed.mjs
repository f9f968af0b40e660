/**
 * The machine's own float32 matrix speed in ONNX Runtime: GFLOP/s of the four products of a GPT-2 layer at `rows` rows,
 * weighted by their work, best of many runs. This is what `compare-with-peft.mjs` holds the irreducible work against.
 *
 *     node bench/matrix-speed.mjs [ROWS [HIDDEN [INNER [THREADS]]]]
 */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import ort from 'onnxruntime-node';

const [rows = 506, hidden = 768, inner = 3072, threads = 0] = process.argv.slice(2).map(Number);

const value = (name, shape) =>
  create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: TensorProto_DataType.FLOAT,
          shape: create(TensorShapeProtoSchema, {
            dim: shape.map((size) =>
              create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(size) } }),
            ),
          }),
        }),
      },
    }),
  });

/** Seconds of x [rows, k] · w [k, n], w being constant and laid out beforehand as the runtime likes it best. */
async function seconds(k, n) {
  const weights = Float32Array.from({ length: k * n }, () => Math.random() - 0.5);
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 20n })],
    graph: create(GraphProtoSchema, {
      name: 'product',
      input: [value('x', [rows, k])],
      output: [value('y', [rows, n])],
      initializer: [
        create(TensorProtoSchema, {
          name: 'w',
          dataType: TensorProto_DataType.FLOAT,
          dims: [BigInt(k), BigInt(n)],
          rawData: new Uint8Array(weights.buffer),
        }),
      ],
      node: [
        create(NodeProtoSchema, {
          opType: 'Gemm',
          input: ['x', 'w'],
          output: ['y'],
          attribute: [create(AttributeProtoSchema, { name: 'transB', type: AttributeProto_AttributeType.INT, i: 0n })],
        }),
      ],
    }),
  });
  const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, model), { intraOpNumThreads: threads });
  const x = new ort.Tensor('float32', new Float32Array(rows * k).fill(0.5), [rows, k]);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 40; i++) {
    const start = performance.now();
    await session.run({ x });
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  await session.release();
  return best;
}

const products = [
  [hidden, 3 * hidden],
  [hidden, hidden],
  [hidden, inner],
  [inner, hidden],
];
let work = 0;
let time = 0;
for (const [k, n] of products) {
  work += 2 * rows * k * n;
  time += await seconds(k, n);
}
console.log(JSON.stringify({ gflops: Math.round(work / time / 1e9), rows, hidden, inner, threads }));
