import { open } from 'node:fs/promises';
import { decodeFloats } from '../model/src/dtypes.ts';
import type { ModelFolder } from '../model/src/model-folder.ts';
import { readExactly } from '../model/src/safetensors.ts';

/*
 * GPT-2's forward pass as plain loops, slow and independent of the engine: what a model folder says without ONNX
 * Runtime, to hold other things against.
 */

/** Logits of a GPT-2 for a sequence: for every position a vector of the vocabulary's size. */
export type Forward = (ids: readonly number[]) => Float32Array[];

/** Reads all weights of a folder and gives its forward pass. */
export async function loadReference({ config, weights }: ModelFolder): Promise<Forward> {
  if (config.modelType !== 'gpt2') throw new Error(`the reference knows GPT-2 alone, not ${config.modelType}`);
  const tensors = new Map<string, Float32Array>();
  for (const [name, ref] of weights) {
    const file = await open(ref.file, 'r');
    tensors.set(name, decodeFloats(await readExactly(file, ref.offset, ref.length), ref.dtype));
    await file.close();
  }
  const get = (name: string): Float32Array => tensors.get(name)!;
  const { hidden, heads, layerNormEpsilon: epsilon } = config;
  const width = hidden / heads;

  const norm = (x: Float32Array, name: string): Float32Array => {
    const weight = get(`${name}.weight`);
    const bias = get(`${name}.bias`);
    const mean = x.reduce((total, value) => total + value, 0) / hidden;
    const variance = x.reduce((total, value) => total + (value - mean) ** 2, 0) / hidden;
    const scale = 1 / Math.sqrt(variance + epsilon);
    return x.map((value, i) => (value - mean) * scale * weight[i]! + bias[i]!);
  };
  const linear = (x: Float32Array, name: string): Float32Array => {
    const weight = get(`${name}.weight`);
    const out = get(`${name}.bias`).slice();
    for (let i = 0; i < x.length; i++) {
      const value = x[i]!;
      const at = i * out.length;
      for (let j = 0; j < out.length; j++) out[j]! += value * weight[at + j]!;
    }
    return out;
  };
  const activate = config.activation === 'gelu' ? gelu : geluNew;
  const add = (x: Float32Array, y: Float32Array): Float32Array => x.map((value, i) => value + y[i]!);

  const attend = (rows: readonly Float32Array[], layer: number): Float32Array[] =>
    rows.map((row, t) => {
      const out = new Float32Array(hidden);
      for (let head = 0; head < heads; head++) {
        const q = head * width;
        const scores = rows.slice(0, t + 1).map((other) => {
          let score = 0;
          for (let i = 0; i < width; i++) score += row[q + i]! * other[hidden + q + i]!;
          const scaled = config.scaleAttention ? score / Math.sqrt(width) : score;
          return config.scaleAttentionByLayer ? scaled / (layer + 1) : scaled;
        });
        const highest = Math.max(...scores);
        const exps = scores.map((score) => Math.exp(score - highest));
        const total = exps.reduce((a, b) => a + b, 0);
        for (const [u, e] of exps.entries())
          for (let i = 0; i < width; i++) out[q + i]! += (e / total) * rows[u]![2 * hidden + q + i]!;
      }
      return out;
    });

  return (ids) => {
    const word = get('wte.weight');
    const position = get('wpe.weight');
    let x = ids.map((id, t) =>
      add(word.subarray(id * hidden, (id + 1) * hidden), position.subarray(t * hidden, (t + 1) * hidden)),
    );
    for (let layer = 0; layer < config.layers; layer++) {
      const at = `h.${layer}`;
      const projected = x.map((row) => linear(norm(row, `${at}.ln_1`), `${at}.attn.c_attn`));
      const attended = attend(projected, layer);
      x = x.map((row, t) => add(row, linear(attended[t]!, `${at}.attn.c_proj`)));
      x = x.map((row) => {
        const inner = linear(norm(row, `${at}.ln_2`), `${at}.mlp.c_fc`).map(activate);
        return add(row, linear(inner, `${at}.mlp.c_proj`));
      });
    }
    const head = config.tied ? word : get('lm_head.weight');
    return x.map((row) => {
      const final = norm(row, 'ln_f');
      return Float32Array.from({ length: config.vocabSize }, (_, id) => {
        let logit = 0;
        for (let i = 0, at = id * hidden; i < hidden; i++) logit += final[i]! * head[at + i]!;
        return logit;
      });
    });
  };
}

/** x · Φ(x), with erf as in Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7). */
function gelu(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-z * z);
  return 0.5 * x * (1 + (x < 0 ? -erf : erf));
}

/** The tanh approximation of gelu, as in GPT-2's own code. */
function geluNew(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Natural logarithm of a token's probability under a position's logits. */
export function logProbability(logits: Float32Array, id: number): number {
  const highest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
  return logits[id]! - highest - Math.log(total);
}
