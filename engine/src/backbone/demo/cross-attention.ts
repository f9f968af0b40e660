import { readFile } from 'node:fs/promises';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { InferenceSession, type SessionOptions, Tensor } from '../../runtime/onnxruntime.ts';

/** The encoder's input: 80 mel bands of 30 seconds in steps of 10 ms. */
const MEL_BANDS = 80;
const FRAMES = 3000;
/** Log-mel value of silence after Whisper's normalisation. */
const SILENCE = -1.5;

const OPTIONS: SessionOptions = {
  executionProviders: ['cpu'],
  // Both sessions run a handful of times; an arena would keep their largest moment's memory.
  enableCpuMemArena: false,
  logSeverityLevel: 3,
};

/**
 * What the cross-attention of a Whisper decoder reads from an encoder that hears silence: for every layer the mean of
 * the attended values over all positions of some texts, before the output projection.
 * @param texts token ids, each with the decoder's prefix
 * @returns one vector of the hidden width per layer
 */
export async function meanCrossAttention(
  encoderPath: string,
  decoderPath: string,
  texts: readonly (readonly number[])[],
  shape: { readonly layers: number; readonly heads: number; readonly hidden: number },
): Promise<Float32Array[]> {
  const states = await encodeSilence(encoderPath);
  const sums = Array.from({ length: shape.layers }, () => new Float64Array(shape.hidden));
  let positions = 0;
  const decoder = await InferenceSession.create(decoderPath, OPTIONS);
  try {
    for (const ids of texts) {
      positions += ids.length;
      await addAttended(decoder, states, ids, shape.heads, sums);
    }
  } finally {
    await decoder.release();
  }
  return sums.map((sum) => Float32Array.from(sum, (value) => value / positions));
}

async function encodeSilence(encoderPath: string): Promise<Tensor> {
  const encoder = await InferenceSession.create(await withOnlyOutput(encoderPath, 'last_hidden_state'), OPTIONS);
  try {
    const silence = new Float32Array(MEL_BANDS * FRAMES).fill(SILENCE);
    const input = new Tensor('float32', silence, [1, MEL_BANDS, FRAMES]);
    const output = await encoder.run({ input_features: input }, ['last_hidden_state']);
    return output.last_hidden_state as Tensor;
  } finally {
    await encoder.release();
  }
}

/** The encoder also gives its attention, layer by layer, which ONNX Runtime would keep: 70 MB a layer for base. */
async function withOnlyOutput(path: string, name: string): Promise<Uint8Array> {
  const model = fromBinary(ModelProtoSchema, await readFile(path));
  if (model.graph) model.graph.output = model.graph.output.filter((output) => output.name === name);
  return toBinary(ModelProtoSchema, model);
}

/** Adds to each layer's sum, for every position of one text, the values weighted by the attention they get. */
async function addAttended(
  decoder: InferenceSession,
  states: Tensor,
  ids: readonly number[],
  heads: number,
  sums: readonly Float64Array[],
): Promise<void> {
  const headWidth = sums[0]!.length / heads;
  const noPast = new Tensor('float32', new Float32Array(0), [1, heads, 0, headWidth]);
  const feeds: Record<string, Tensor> = {};
  for (const name of decoder.inputNames) if (name.startsWith('past_key_values.')) feeds[name] = noPast;
  feeds.input_ids = new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
  feeds.encoder_hidden_states = states;
  feeds.use_cache_branch = new Tensor('bool', [false], [1]);
  const fetches = sums.flatMap((_, layer) => [`cross_attentions.${layer}`, `present.${layer}.encoder.value`]);
  const output = await decoder.run(feeds, fetches);
  for (const [layer, sum] of sums.entries()) {
    const attention = output[`cross_attentions.${layer}`] as Tensor;
    const values = output[`present.${layer}.encoder.value`] as Tensor;
    const [, , rows, columns] = attention.dims as [number, number, number, number];
    const weights = attention.data as Float32Array;
    const v = values.data as Float32Array;
    for (let head = 0; head < heads; head++) {
      for (let column = 0; column < columns; column++) {
        let weight = 0;
        for (let row = 0; row < rows; row++) weight += weights[(head * rows + row) * columns + column]!;
        const at = (head * columns + column) * headWidth;
        for (let i = 0; i < headWidth; i++) sum[head * headWidth + i]! += weight * v[at + i]!;
      }
    }
  }
}
