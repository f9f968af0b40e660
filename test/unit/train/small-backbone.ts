import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Backbone, backboneOf } from '../../../engine/src/backbone/backbone.ts';
import { Random } from '../../../engine/src/random.ts';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import { serializeSafetensors, type TensorData } from '../../../model/src/safetensors.ts';
import { tinyTokenizer } from '../model/tiny-folder.ts';

/** The golden GPT-2: 2 layers, 64 wide, 320 tokens, 128 positions, no tokeniser. */
const GOLDEN = path.join(import.meta.dirname, '../../golden/backbones/gpt2');

export async function goldenBackbone(): Promise<Backbone> {
  return openBackbone(GOLDEN);
}

export async function openBackbone(dir: string): Promise<Backbone> {
  const opened = await openModelFolder(dir, { tokenizer: 'optional' });
  if (opened.kind !== 'ok') throw new Error(opened.problem);
  return backboneOf(opened.model);
}

/** Of the first `unlearnt` tokens, which are control characters, none can be told from the others. */
export const SMALL = { vocab: 300, hidden: 16, layers: 2, heads: 2, positions: 64, unlearnt: 0 };

/** Makes a folder with a GPT-2 of these sizes, random weights and the tiny tokeniser. */
export function writeSmallBackbone(dir: string, sizes: Partial<typeof SMALL> = {}): string {
  const { vocab, hidden, layers, heads, positions, unlearnt } = { ...SMALL, ...sizes };
  const random = Random.fromSeed(5);
  const tensors = new Map<string, TensorData>();
  const add = (name: string, shape: number[], mean = 0, deviation = 0.3) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: count }, () => mean + deviation * random.uniform(-1, 1));
    tensors.set(name, { dtype: 'F32', shape, data });
  };
  add('wte.weight', [vocab, hidden], 0, 0.6);
  const words = tensors.get('wte.weight')!.data as Float32Array;
  for (let token = 1; token < unlearnt; token++) words.copyWithin(token * hidden, 0, hidden);
  add('wpe.weight', [positions, hidden], 0, 0.2);
  for (let layer = 0; layer < layers; layer++) {
    const matrices = [
      ['attn.c_attn', hidden, 3 * hidden],
      ['attn.c_proj', hidden, hidden],
      ['mlp.c_fc', hidden, 4 * hidden],
      ['mlp.c_proj', 4 * hidden, hidden],
    ] as const;
    for (const [name, rows, columns] of matrices) {
      add(`h.${layer}.${name}.weight`, [rows, columns]);
      add(`h.${layer}.${name}.bias`, [columns], 0, 0.1);
    }
    for (const norm of ['ln_1', 'ln_2']) {
      add(`h.${layer}.${norm}.weight`, [hidden], 1, 0.1);
      add(`h.${layer}.${norm}.bias`, [hidden], 0, 0.1);
    }
  }
  add('ln_f.weight', [hidden], 1, 0.1);
  add('ln_f.bias', [hidden], 0, 0.1);
  const config = {
    model_type: 'gpt2',
    vocab_size: vocab,
    n_embd: hidden,
    n_layer: layers,
    n_head: heads,
    n_positions: positions,
    bos_token_id: 257,
    eos_token_id: 256,
  };
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'config.json'), JSON.stringify(config));
  writeFileSync(path.join(dir, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  writeFileSync(path.join(dir, 'model.safetensors'), serializeSafetensors(tensors, { format: 'pt' }));
  return dir;
}

/** Embeddings [count, hidden] about as large as words. */
export function someVirtual(count: number, hidden: number, seed = 3): Float32Array {
  const random = Random.fromSeed(seed);
  return Float32Array.from({ length: count * hidden }, () => random.uniform(-0.5, 0.5));
}

/** The largest difference of two lists. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    // NaN must not pass for small.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
