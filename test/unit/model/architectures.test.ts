import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureOf, type ModelConfig, SUPPORTED_MODEL_TYPES } from '../../../model/src/architectures/index.ts';
import type { JsonObject } from '../../../model/src/json.ts';

const parse = (modelType: ModelConfig['modelType'], json: JsonObject) =>
  architectureOf(modelType).parseConfig({ model_type: modelType, ...json }, {});

function configOf(modelType: ModelConfig['modelType'], json: JsonObject = {}): ModelConfig {
  const parsed = parse(modelType, json);
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.config;
}

/** As transformers writes it. */
const goldenConfig = (name: string): JsonObject =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/backbones', name, 'config.json'), 'utf8'));

const biasesOf = (modelType: ModelConfig['modelType'], json: JsonObject = {}) => {
  const config = configOf(modelType, { num_hidden_layers: 1, ...json });
  const names = [...architectureOf(modelType).neededWeights(config)].map(([name]) => name);
  return names.filter((name) => name.endsWith('.bias')).map((name) => name.replace(/^layers\.0\.|\.bias$/g, ''));
};

describe('a configuration', () => {
  it.each(['llama', 'mistral', 'qwen2', 'qwen3'] as const)('of %s is read', (name) => {
    expect(configOf(name, goldenConfig(name))).toMatchObject({
      modelType: name,
      vocabSize: 320,
      hidden: 64,
      layers: 2,
      heads: 4,
      keyValueHeads: 2,
      headSize: name === 'qwen3' ? 24 : 16,
      inner: 160,
      maxPositions: 128,
      rmsNormEpsilon: 1e-6,
      tied: name.startsWith('qwen'),
      normalisesHeads: name === 'qwen3',
    });
  });

  it('of gpt_neox is read', () => {
    expect(configOf('gpt_neox', goldenConfig('gpt_neox'))).toMatchObject({
      headSize: 16,
      inner: 256,
      activation: 'gelu',
      parallelResidual: true,
      rotary: { inverseFrequencies: [1, Math.fround(0.01)] },
    });
  });

  it('tells which projections have a bias', () => {
    const queryKeyValue = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'];
    expect(biasesOf('llama')).toEqual([]);
    expect(biasesOf('llama', { attention_bias: true, mlp_bias: true })).toEqual([
      ...queryKeyValue,
      'self_attn.o_proj',
      'mlp.gate_proj',
      'mlp.up_proj',
      'mlp.down_proj',
    ]);
    expect(biasesOf('mistral', { attention_bias: true })).toEqual([]);
    expect(biasesOf('qwen2')).toEqual(queryKeyValue);
    expect(biasesOf('qwen3', { attention_bias: true })).toEqual([...queryKeyValue, 'self_attn.o_proj']);
  });

  it('makes rows no longer than what a token sees', () => {
    expect(configOf('mistral', { sliding_window: 4096 }).maxPositions).toBe(4096);
    expect(configOf('mistral', { sliding_window: null }).maxPositions).toBe(131072);
    expect(configOf('qwen2', { sliding_window: 4096 }).maxPositions).toBe(32768);
    expect(configOf('qwen2', { sliding_window: 4096, use_sliding_window: true }).maxPositions).toBe(4096);
  });
});

describe('a configuration that cannot be run', () => {
  it.each([
    ['llama', { hidden_act: 'relu' }, "hidden_act 'relu' (supported: silu)"],
    ['gpt_neox', { hidden_act: 'relu' }, "hidden_act 'relu' (supported: gelu, gelu_new, gelu_fast, gelu_pytorch_tanh)"],
    ['qwen2', { rope_scaling: { type: 'su' } }, /^rotary positions scaled by 'su'/],
    ['gpt_neox', { rope_scaling: { type: 'su' } }, /^rotary positions scaled by 'su'/],
  ] as const)('%s with %j is unsupported, and why is said', (modelType, json, reason) => {
    expect(parse(modelType, json)).toEqual({
      kind: 'unsupported',
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    });
  });

  it.each([
    ['llama', { num_attention_heads: 6, num_key_value_heads: 4 }, /6 is not a multiple of num_key_value_heads 4/],
    ['gpt_neox', { hidden_size: 10, num_attention_heads: 4 }, /10 is not a multiple of num_attention_heads 4/],
    ['mistral', { sliding_window: 'wide' }, /'sliding_window' is "wide"/],
    ['qwen3', { head_dim: 0 }, /'head_dim' is 0/],
  ] as const)('%s with %j is broken', (modelType, json, problem) => {
    expect(parse(modelType, json)).toEqual({ kind: 'broken', problem: expect.stringMatching(problem) });
  });
});

it('has golden numbers for every architecture', () => {
  for (const modelType of SUPPORTED_MODEL_TYPES) expect(goldenConfig(modelType).model_type).toBe(modelType);
});
