import { join } from 'node:path';
import { t } from '../../../../l10n/src/words.ts';
import { gpt2 } from '../../../../model/src/architectures/gpt2.ts';
import type { EncoderStates } from '../../../../model/src/demo/demo-folder.ts';
import type { WhisperPackage } from '../../../../model/src/demo/packages.ts';
import { readWhisperDecoder, type WhisperShape, whisperPrefix } from '../../../../model/src/demo/whisper-decoder.ts';
import type { JsonObject } from '../../../../model/src/json.ts';
import { layOutSafetensors, type TensorLayout } from '../../../../model/src/safetensors.ts';
import type { Tokenizer } from '../../../../model/src/tokenizer.ts';
import { writeFlushed } from '../../atomic-folder.ts';
import { meanCrossAttention } from './cross-attention.ts';
import { type Matrix, type OnnxWeights, OnnxWeightsError, readOnnxWeights } from './onnx-weights.ts';

/*
 * The text decoder of Whisper (Radford et al. 2022) is a GPT-2 with cross-attention to an encoder. When what the
 * cross-attention reads does not depend on the text, it adds the same vector at every position, and that vector can
 * be folded into the bias of the self-attention's output: a GPT-2 is left.
 */

/** Plain sentences over which the cross-attention to silence is averaged. */
const SENTENCES: readonly (readonly [language: string, text: string])[] = [
  ['en', ' Turn off the lights in the kitchen, please, and tell me what the weather will be like tomorrow.'],
  ['en', ' The company said on Thursday that its profit rose by a fifth in the third quarter.'],
  ['sv', ' Stäng av lampan i köket och berätta vad det blir för väder i morgon.'],
  ['sv', ' Bolaget meddelade på torsdagen att vinsten ökade med en femtedel under det tredje kvartalet.'],
];

/**
 * Writes config.json, tokenizer.json and model.safetensors (float32) of a GPT-2 into an existing folder.
 * @throws WhisperPackageError, OnnxWeightsError and Error when the package is not what it should be or the disk is full
 */
export async function writeGpt2Folder(source: WhisperPackage, states: EncoderStates, dir: string): Promise<void> {
  const { shape, config, tokenizerFile, tokenizer } = await readWhisperDecoder(source, states);
  const attended =
    states === 'zero'
      ? undefined
      : await meanCrossAttention(source.encoder, source.decoder, encodeSentences(tokenizer), shape);
  const weights = await readOnnxWeights(source.decoder);
  const tensors = gpt2Tensors(weights, shape, attended);
  checkShapes(config, tensors);
  await writeFlushed(join(dir, 'config.json'), [Buffer.from(`${JSON.stringify(config, null, 2)}\n`)]);
  await writeFlushed(join(dir, 'tokenizer.json'), [tokenizerFile()]);
  await writeFlushed(join(dir, 'model.safetensors'), safetensorsParts(tensors));
}

function encodeSentences(tokenizer: Tokenizer): number[][] {
  return SENTENCES.map(([language, text]) =>
    tokenizer.encodeSpecial(whisperPrefix(language)).concat(tokenizer.encode(text)),
  );
}

/** GPT-2's tensors by name, each made when it is written. */
function gpt2Tensors(
  onnx: OnnxWeights,
  { layers, hidden }: WhisperShape,
  attended: readonly Float32Array[] | undefined,
): Map<string, Matrix> {
  const tensors = new Map<string, Matrix>();
  const norm = (to: string, from: string) => {
    tensors.set(`${to}.weight`, onnx.named(`${from}.weight`));
    tensors.set(`${to}.bias`, onnx.named(`${from}.bias`));
  };
  tensors.set('wte.weight', onnx.named('model.decoder.embed_tokens.weight'));
  tensors.set('wpe.weight', onnx.named('model.decoder.embed_positions.weight'));
  norm('ln_f', 'model.decoder.layer_norm');
  for (let layer = 0; layer < layers; layer++) {
    const from = `model.decoder.layers.${layer}`;
    const node = `/model/decoder/layers.${layer}`;
    const to = `h.${layer}`;
    norm(`${to}.ln_1`, `${from}.self_attn_layer_norm`);
    tensors.set(
      `${to}.attn.c_attn.weight`,
      sideBySide(['q_proj', 'k_proj', 'v_proj'].map((name) => onnx.operand(`${node}/self_attn/${name}`))),
    );
    // Whisper's keys have no bias.
    tensors.set(`${to}.attn.c_attn.bias`, {
      shape: [3 * hidden],
      load: () => {
        const bias = new Float32Array(3 * hidden);
        bias.set(onnx.named(`${from}.self_attn.q_proj.bias`).load(), 0);
        bias.set(onnx.named(`${from}.self_attn.v_proj.bias`).load(), 2 * hidden);
        return bias;
      },
    });
    tensors.set(`${to}.attn.c_proj.weight`, onnx.operand(`${node}/self_attn/out_proj`));
    tensors.set(`${to}.attn.c_proj.bias`, {
      shape: [hidden],
      load: () => {
        // With states of zero, what is attended to is the bias of the values.
        const values = attended?.[layer] ?? onnx.named(`${from}.encoder_attn.v_proj.bias`).load();
        return sum(
          onnx.named(`${from}.self_attn.out_proj.bias`).load(),
          onnx.named(`${from}.encoder_attn.out_proj.bias`).load(),
          timesMatrix(values, onnx.operand(`${node}/encoder_attn/out_proj`)),
        );
      },
    });
    norm(`${to}.ln_2`, `${from}.final_layer_norm`);
    tensors.set(`${to}.mlp.c_fc.weight`, onnx.operand(`${node}/fc1`));
    tensors.set(`${to}.mlp.c_fc.bias`, onnx.named(`${from}.fc1.bias`));
    tensors.set(`${to}.mlp.c_proj.weight`, onnx.operand(`${node}/fc2`));
    tensors.set(`${to}.mlp.c_proj.bias`, onnx.named(`${from}.fc2.bias`));
  }
  return tensors;
}

/** Holds the tensors against what a GPT-2 of this configuration has, so that no folder is written that cannot open. */
function checkShapes(config: JsonObject, tensors: ReadonlyMap<string, Matrix>): void {
  const parsed = gpt2.parseConfig(config, {});
  if (!('config' in parsed)) throw new OnnxWeightsError(t('the Whisper configuration gives no GPT-2'));
  for (const [name, shape] of gpt2.neededWeights(parsed.config)) {
    const actual = tensors.get(name)?.shape;
    if (String(actual) !== String(shape))
      throw new OnnxWeightsError(
        t("the weight for '{0}' has shape [{1}], not [{2}]", name, String(actual), String(shape)),
      );
  }
}

/** Matrices of one height joined to [in, sum of outs]. */
function sideBySide(parts: readonly Matrix[]): Matrix {
  const height = parts[0]!.shape[0]!;
  const width = parts.reduce((n, part) => n + part.shape[1]!, 0);
  return {
    shape: [height, width],
    load: () => {
      const out = new Float32Array(height * width);
      let left = 0;
      for (const part of parts) {
        const columns = part.shape[1]!;
        const data = part.load();
        for (let row = 0; row < height; row++)
          out.set(data.subarray(row * columns, (row + 1) * columns), row * width + left);
        left += columns;
      }
      return out;
    },
  };
}

/** Row vector times [in, out], summed in double precision. */
function timesMatrix(vector: Float32Array, matrix: Matrix): Float32Array {
  const columns = matrix.shape[1]!;
  const data = matrix.load();
  const out = new Float64Array(columns);
  for (let row = 0; row < vector.length; row++)
    for (let column = 0; column < columns; column++) out[column]! += vector[row]! * data[row * columns + column]!;
  return Float32Array.from(out);
}

function sum(...vectors: readonly Float32Array[]): Float32Array {
  return vectors[0]!.map((_, i) => vectors.reduce((total, vector) => total + vector[i]!, 0));
}

function* safetensorsParts(tensors: ReadonlyMap<string, Matrix>): Iterable<Uint8Array> {
  const layout = new Map<string, TensorLayout>();
  for (const [name, { shape }] of tensors) layout.set(`transformer.${name}`, { dtype: 'F32', shape });
  const { start, order } = layOutSafetensors(layout, { format: 'pt' });
  yield start;
  for (const name of order) {
    const data = tensors.get(name.slice('transformer.'.length))!.load();
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}
