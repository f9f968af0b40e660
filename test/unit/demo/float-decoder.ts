import { readFile } from 'node:fs/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type GraphProto, ModelProtoSchema, NodeProtoSchema } from 'onnx-buf';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/*
 * The quantised Whisper decoder rounds its activations to eight bits too, which hides whether a conversion of its
 * weights is exact. Here its integer products become float ones, and nothing else of its graph changes.
 */

function undoDynamicQuantisation(graph: GraphProto): void {
  graph.node = graph.node.flatMap((node) => {
    // The integers' conversion to float and their scaling go with the product.
    if (/MatMul(_output_0_output_quantized_cast|_quant_output_scale_mul)$/.test(node.name)) return [];
    if (node.opType !== 'MatMulInteger') return [node];
    const place = node.name.replace(/_quant$/, '');
    const weight = node.input[1]!.replace(/_quantized$/, '');
    const float = `${place}_weight`;
    return [
      create(NodeProtoSchema, {
        name: float,
        opType: 'DequantizeLinear',
        input: [`${weight}_quantized`, `${weight}_scale`, `${weight}_zero_point`],
        output: [float],
      }),
      create(NodeProtoSchema, {
        name: place,
        opType: 'MatMul',
        input: [node.input[0]!.replace(/_quantized$/, ''), float],
        output: [`${place}_output_0`],
      }),
    ];
  });
}

/** Logits of every position from a decoder whose encoder states are all zero. Sizes are those of Whisper tiny. */
export async function floatDecoderLogits(decoder: string, ids: readonly number[]): Promise<Float32Array[]> {
  const model = fromBinary(ModelProtoSchema, await readFile(decoder));
  for (const { attribute } of model.graph!.node) for (const { g } of attribute) if (g) undoDynamicQuantisation(g);
  const session = await InferenceSession.create(toBinary(ModelProtoSchema, model), { logSeverityLevel: 3 });
  const feeds: Record<string, Tensor> = {
    input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    encoder_hidden_states: new Tensor('float32', new Float32Array(10 * 384), [1, 10, 384]),
    use_cache_branch: new Tensor('bool', [false], [1]),
  };
  for (const name of session.inputNames)
    if (name.startsWith('past')) feeds[name] = new Tensor('float32', new Float32Array(0), [1, 6, 0, 64]);
  const { logits } = await session.run(feeds, ['logits']);
  const data = logits!.data as Float32Array;
  const width = data.length / ids.length;
  await session.release();
  return ids.map((_, t) => data.slice(t * width, (t + 1) * width));
}
