import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Backbone, backboneOf } from '../engine/src/backbone/backbone.ts';
import { Random } from '../engine/src/random.ts';
import { BackboneStep, type TaskRow } from '../engine/src/train/backbone-step.ts';
import { architectureOf, type ModelConfig } from '../model/src/architectures/index.ts';
import { openModelFolder } from '../model/src/model-folder.ts';
import { serializeSafetensors, type TensorData } from '../model/src/safetensors.ts';

/*
 * How long a training step of each architecture takes beside one of a GPT-2 of the same layers, width, heads and vocabulary and
 * of as many weights, all of them random:
 *
 *     npm run bench architectures -- [--rounds 15] [--virtual 20] [--length 32] [--batch 8] [--only llama,gemma2]
 *
 * The models take turns, each right after a GPT-2, on one thread each. What is told is processor time, which on a machine that
 * does other things as well says more than the time on the clock, and of that the fastest steps.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    virtual: { type: 'string', default: '20' },
    length: { type: 'string', default: '32' },
    batch: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
  },
});
const [rounds, virtualTokens, length, batch] = [values.rounds, values.virtual, values.length, values.batch].map(
  Number,
) as [number, number, number, number];

const LAYERS = 6;
const WIDTH = 512;
const HEADS = 8;
const VOCABULARY = 16_000;
const POSITIONS = 512;

const common = { num_hidden_layers: LAYERS, vocab_size: VOCABULARY, max_position_embeddings: POSITIONS };
const usual = { ...common, hidden_size: WIDTH, num_attention_heads: HEADS, tie_word_embeddings: true };
/** Three matrices of a gated layer hold as much as two of a plain one. */
const gated = {
  ...usual,
  num_key_value_heads: HEADS,
  head_dim: WIDTH / HEADS,
  intermediate_size: ((8 * WIDTH) / 3) | 0,
};
const gemma = { ...gated, query_pre_attn_scalar: 64, sliding_window: 32 };

const MODELS: Record<string, { type: ModelConfig['modelType']; json: Record<string, unknown> }> = {
  llama: { type: 'llama', json: gated },
  'llama, 2 key-value heads': { type: 'llama', json: { ...gated, num_key_value_heads: 2, intermediate_size: 1621 } },
  mistral: { type: 'mistral', json: { ...gated, sliding_window: 32 } },
  qwen2: { type: 'qwen2', json: gated },
  qwen3: { type: 'qwen3', json: gated },
  phi3: { type: 'phi3', json: gated },
  smollm3: { type: 'smollm3', json: gated },
  granite: { type: 'granite', json: gated },
  gemma2: { type: 'gemma2', json: gemma },
  gemma3_text: { type: 'gemma3_text', json: gemma },
  cohere: { type: 'cohere', json: gated },
  cohere2: { type: 'cohere2', json: { ...gated, sliding_window: 32 } },
  apertus: { type: 'apertus', json: { ...gated, intermediate_size: 4 * WIDTH } },
  olmo2: { type: 'olmo2', json: gated },
  gptj: { type: 'gptj', json: { ...usual, rotary_dim: 32 } },
  gpt_neox: { type: 'gpt_neox', json: { ...usual, intermediate_size: 4 * WIDTH } },
  opt: { type: 'opt', json: { ...usual, ffn_dim: 4 * WIDTH } },
  bloom: { type: 'bloom', json: usual },
  xglm: { type: 'xglm', json: { ...usual, ffn_dim: 4 * WIDTH } },
};
const GPT2 = {
  type: 'gpt2' as const,
  json: { n_layer: LAYERS, n_embd: WIDTH, n_head: HEADS, vocab_size: VOCABULARY, n_positions: POSITIONS },
};

const folder = mkdtempSync(path.join(tmpdir(), 'ptask-architectures-'));

/** A backbone with random weights. */
async function make({ type, json }: (typeof MODELS)[string]): Promise<Backbone> {
  const dir = mkdtempSync(path.join(folder, 'model-'));
  const config = { model_type: type, ...json };
  writeFileSync(path.join(dir, 'config.json'), JSON.stringify(config));
  const parsed = architectureOf(type).parseConfig(config, {});
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed));
  const random = Random.fromSeed(1);
  const tensors = new Map<string, TensorData>();
  for (const [name, shape] of architectureOf(type).neededWeights(parsed.config)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: count }, () => random.uniform(-0.05, 0.05));
    tensors.set(name, { dtype: 'F32', shape: [...shape], data });
  }
  writeFileSync(path.join(dir, 'model.safetensors'), serializeSafetensors(tensors));
  const opened = await openModelFolder(dir, { tokenizer: 'optional' });
  if (opened.kind !== 'ok') throw new Error(opened.problem);
  return backboneOf(opened.model);
}

/** One step of a model on rows of the given sizes, whose processor time is returned, in milliseconds. */
async function stepOf(model: (typeof MODELS)[string]): Promise<() => Promise<number>> {
  const step = new BackboneStep(await make(model), { threads: 1 });
  const random = Random.fromSeed(2);
  const rows = Array.from({ length: batch }, (): TaskRow => {
    const ids = Int32Array.from({ length: virtualTokens + length }, (_, i) =>
      i < virtualTokens ? -1 - i : random.integer(VOCABULARY),
    );
    return { taskname: 'task', row: { ids, firstTarget: ids.length - 2 } };
  });
  const data = Float32Array.from({ length: virtualTokens * WIDTH }, () => random.uniform(-0.05, 0.05));
  const virtual = new Map([['task', data]]);
  const take = async () => {
    const before = process.cpuUsage();
    await step.run(rows, virtual);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  for (let i = 0; i < 3; i++) await take();
  return take;
}

const median = (list: readonly number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;

try {
  const reference = await stepOf(GPT2);
  console.log(`${virtualTokens} virtual tokens, rows of ${length}, batch ${batch}; ${rounds} rounds\n`);
  console.log(
    '| architecture | fastest, ms | of GPT-2 | ratio | median of the ratios of pairs |\n|---|---|---|---|---|',
  );
  const wanted = values.only === '' ? undefined : values.only.split(',');
  for (const [name, model] of Object.entries(MODELS)) {
    if (wanted && !wanted.includes(model.type)) continue;
    const step = await stepOf(model);
    const pairs: [number, number][] = [];
    for (let round = 0; round < rounds; round++) pairs.push([await reference(), await step()]);
    const fastest = (of: 0 | 1) => Math.min(...pairs.map((pair) => pair[of]));
    const [gpt2, other] = [fastest(0), fastest(1)];
    const middle = median(pairs.map(([before, after]) => after / before));
    console.log(
      `| ${name} | ${other.toFixed(1)} | ${gpt2.toFixed(1)} | ${(other / gpt2).toFixed(2)} | ${middle.toFixed(2)} |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
