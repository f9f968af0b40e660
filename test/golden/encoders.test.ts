import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EncoderSpec, type EncoderType, type Parameters, PromptEncoder } from '../../engine/src/prompt/encoder.ts';
import { GOLDEN, relativeError } from './golden.ts';
import { type GoldenTensor, readTensors } from './tensors.ts';

const FOLDER = path.join(GOLDEN, 'encoders');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.safetensors'))
  .map((file) => path.basename(file, '.safetensors'));

/** PyTorch's gate blocks stand in the order input, forget, cell, output; ONNX's in input, output, forget, cell. */
const PYTORCH_GATE_OF_ONNX_GATE = [0, 3, 1, 2];

type Named = (name: string) => GoldenTensor;

/** Gate blocks in ONNX's order. */
function reordered({ data }: GoldenTensor): number[] {
  const block = data.length / 4;
  return PYTORCH_GATE_OF_ONNX_GATE.flatMap((gate) => [...data.subarray(gate * block, (gate + 1) * block)]);
}

/** PyTorch's tensors of a module (its parameters, or their gradients) by our names and in our layout. */
function inOurLayout(named: Named, type: EncoderType, lstmLayers: number): Parameters {
  const result: Parameters = new Map();
  const put = (name: string, shape: readonly number[], data: Iterable<number>) =>
    result.set(name, { shape: [...shape], data: Float32Array.from(data) });
  const embedding = named('embedding.weight');
  put('embedding', embedding.shape, embedding.data);
  if (type === 'lstm') {
    for (let layer = 0; layer < lstmLayers; layer++) {
      const both = (tensor: string) => ['', '_reverse'].map((suffix) => named(`lstm.${tensor}_l${layer}${suffix}`));
      const [input, recurrent] = [both('weight_ih'), both('weight_hh')];
      put(`lstm.${layer}.w`, [2, ...input[0]!.shape], input.flatMap(reordered));
      put(`lstm.${layer}.r`, [2, ...recurrent[0]!.shape], recurrent.flatMap(reordered));
      const biases = both('bias_ih').flatMap((bias, d) => [...reordered(bias), ...reordered(both('bias_hh')[d]!)]);
      put(`lstm.${layer}.b`, [2, biases.length / 2], biases);
    }
  }
  for (const [ours, theirs] of [
    ['mlp.0', 'mlp.0'],
    ['mlp.1', 'mlp.2'],
  ]) {
    for (const part of ['weight', 'bias']) {
      const tensor = named(`${theirs}.${part}`);
      put(`${ours}.${part}`, tensor.shape, tensor.data);
    }
  }
  return result;
}

describe.each(NAMES)('encoder %s', async (name) => {
  const type = name.replace(/-.*/, '') as EncoderType;
  const tensors = readTensors(path.join(FOLDER, `${name}.safetensors`));
  const named =
    (kind: string): Named =>
    (tensor) =>
      tensors.get(`${kind}.${tensor}`)!;
  const [virtualTokens, hidden] = tensors.get('output')!.shape as [number, number];
  const lstmLayers = [...tensors.keys()].filter((key) => /^param\.lstm\.weight_ih_l\d+$/.test(key)).length;
  const width =
    type === 'lstm' ? tensors.get('param.lstm.weight_hh_l0')!.shape[1]! : tensors.get('param.mlp.0.weight')!.shape[0]!;
  const spec: EncoderSpec = {
    type,
    hidden,
    numLayers: type === 'lstm' ? lstmLayers : 2,
    encoderHidden: width,
    dropout: 0,
    conditioned: true,
  };
  const task = { taskname: 'task', virtualTokens, nameEmbeddings: tensors.get('task_embeddings')!.data };
  const parameters = inOurLayout(named('param'), type, lstmLayers);
  const expected = inOurLayout(named('grad'), type, lstmLayers);

  it("gives PyTorch's output", async () => {
    const encoder = await PromptEncoder.create(spec, [task]);
    const virtual = await encoder.encode(parameters);
    await encoder.release();
    expect(relativeError(virtual.get('task')!, [...tensors.get('output')!.data])).toBeLessThan(1e-5);
  });

  it("gives PyTorch's gradient of every parameter", async () => {
    const encoder = await PromptEncoder.create(spec, [task]);
    const found = await encoder.gradients(parameters, new Map([['task', tensors.get('upstream')!.data]]));
    await encoder.release();
    expect([...found.keys()]).toEqual([...expected.keys()]);
    for (const [parameter, { data }] of expected) {
      expect(relativeError(found.get(parameter)!, [...data]), parameter).toBeLessThan(1e-5);
    }
  });
});
