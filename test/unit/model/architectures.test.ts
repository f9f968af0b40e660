import { readdirSync, readFileSync } from 'node:fs';
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

const GOLDEN = join(import.meta.dirname, '../../golden');

/** As transformers writes it. */
const goldenConfig = (name: string): JsonObject =>
  JSON.parse(readFileSync(join(GOLDEN, 'backbones', name, 'config.json'), 'utf8'));

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

  it.each(SUPPORTED_MODEL_TYPES)('of %s is refused with more layers than any memory could hold the list of', (type) => {
    expect(parse(type, { num_hidden_layers: 1e9 })).toMatchObject({
      kind: 'broken',
      problem: "config.json: 'num_hidden_layers' is 1000000000, not a number of layers of at most 10000",
    });
  });

  it.each([
    ['llama', { head_dim: 2 ** 40 }],
    ['gpt_neox', { rotary_pct: 2 ** 34 }],
  ] as const)('of %s is refused with heads whose positions would not fit into any memory: %j', (type, json) => {
    const problem = expect.stringMatching(/rotary positions cannot turn \d+ of the \d+ entries of a head/);
    expect(parse(type, json)).toMatchObject({ kind: 'broken', problem });
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

  it.each([
    ['gpt2', { n_head: 4, num_attention_heads: 8 }, { heads: 8 }],
    ['gpt2', { scale_attn_by_inverse_layer_idx: true, reorder_and_upcast_attn: true }, { scaleAttentionByLayer: true }],
    // As published with bloom-560m.
    ['bloom', { n_embed: 1024, hidden_size: 64, n_layer: 24, seq_length: 4096 }, { hidden: 1024, maxPositions: 4096 }],
    ['bloom', { n_layer: 3, slow_but_exact: true }, { layers: 3 }],
    ['bloom', { n_layer: 3, pretraining_tp: 4 }, { layers: 3 }],
    ['bloom', { n_head: 16, num_attention_heads: 32 }, { heads: 32, maxPositions: 2048, tied: true }],
    ['xglm', { d_model: 2048, num_layers: 48 }, { hidden: 2048, embeddingScale: Math.sqrt(2048) }],
    ['xglm', { d_model: 64, scale_embedding: false }, { inner: 4096, embeddingScale: 1 }],
    ['xglm', { pad_token_id: 5 }, { zeroPosition: 3 }],
    ['gemma2', { hidden_act: 'silu' }, { activation: 'gelu_new' }],
    ['gemma2', { hidden_activation: 'swish' }, { activation: 'silu' }],
    ['opt', { activation_function: 'gelu_fast' }, { activation: 'gelu_new' }],
    ['llama', { hidden_act: 'swish' }, { modelType: 'llama' }],
    ['qwen2', { num_attention_heads: 8, num_key_value_heads: null }, { keyValueHeads: 8 }],
    ['mistral', { num_attention_heads: 16 }, { keyValueHeads: 8 }],
    ['cohere', {}, { layers: 40, heads: 64, keyValueHeads: 64, headSize: 128, logitScale: 0.0625, tied: true }],
    ['cohere2', { use_qk_norm: true, head_dim: 96 }, { normalisesHeads: false, headSize: 96 }],
    ['apertus', {}, { layers: 32, keyValueHeads: 32, headSize: 128, maxPositions: 65536, rmsNormEpsilon: 1e-5 }],
    ['olmo2', {}, { layers: 32, keyValueHeads: 32, maxPositions: 2048, rmsNormEpsilon: 1e-5, tied: false }],
    ['granite', {}, { multipliers: { embedding: 1, residual: 1, attention: 1, logits: 1 }, tied: false }],
    [
      'granite',
      { embedding_multiplier: 12, residual_multiplier: 0.22, attention_multiplier: 0.015625, logits_scaling: 8 },
      { multipliers: { embedding: 12, residual: 0.22, attention: 0.015625, logits: 8 } },
    ],
    ['gptj', {}, { layers: 28, heads: 16, headSize: 256, inner: 16384, maxPositions: 2048, activation: 'gelu_new' }],
    ['gptj', { n_embd: 1024, n_head: 8, num_attention_heads: 4, n_inner: null }, { headSize: 256, inner: 4096 }],
    ['gptj', { n_inner: 100 }, { inner: 100 }],
    // It has no ways of scaling, and turns by one base only.
    [
      'gptj',
      { rotary_dim: 4, rope_theta: 500, rope_scaling: { type: 'linear', factor: 2 } },
      { rotary: { inverseFrequencies: [1, Math.fround(0.01)], attentionFactor: 1 } },
    ],
    ['mistral', {}, { vocabSize: 32_000, hidden: 4096, inner: 14_336 }],
    ['qwen2', {}, { vocabSize: 151_936, hidden: 4096, inner: 22_016 }],
    ['qwen3', {}, { vocabSize: 151_936, hidden: 4096, inner: 22_016 }],
    ['phi3', {}, { vocabSize: 32_064, hidden: 3072, inner: 8192, headSize: 96 }],
    ['smollm3', {}, { vocabSize: 128_256, layers: 36, heads: 16, keyValueHeads: 4, headSize: 128, tied: true }],
  ] as const)('of %s with %j is read as transformers reads it', (modelType, json, expected) => {
    expect(configOf(modelType, json)).toMatchObject(expected);
  });

  it('of a llama has no multipliers', () => {
    expect(configOf('llama', { embedding_multiplier: 12 })).not.toHaveProperty('multipliers');
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
    for (const type of ['smollm3', 'granite'] as const)
      expect(biasesOf(type, { attention_bias: true, mlp_bias: true })).toHaveLength(7);
    expect(biasesOf('cohere', { attention_bias: true })).toEqual([...queryKeyValue, 'self_attn.o_proj']);
    expect(biasesOf('apertus', { attention_bias: true })).toEqual([...queryKeyValue, 'self_attn.o_proj']);
    expect(biasesOf('olmo2', { attention_bias: true })).toEqual([...queryKeyValue, 'self_attn.o_proj']);
    expect(biasesOf('mistral', { attention_bias: true })).toEqual([]);
    expect(biasesOf('qwen2')).toEqual(queryKeyValue);
    expect(biasesOf('qwen3', { attention_bias: true })).toEqual([...queryKeyValue, 'self_attn.o_proj']);
  });

  it.each([
    ['mistral', { sliding_window: 4096 }, { tokens: 4096, layers: [0, 1, 2, 3] }],
    ['mistral', {}, { tokens: 4096, layers: [0, 1, 2, 3] }],
    ['mistral', { sliding_window: null }, undefined],
    [
      'mistral',
      { layer_types: ['sliding_attention', 'full_attention', 'full_attention', 'sliding_attention'] },
      { tokens: 4096, layers: [0, 3] },
    ],
    ['mistral', { max_position_embeddings: 4096 }, undefined],
    ['qwen2', { sliding_window: 4096 }, undefined],
    ['qwen2', { use_sliding_window: true, max_window_layers: 2 }, { tokens: 4096, layers: [2, 3] }],
    ['qwen2', { use_sliding_window: true }, undefined],
    [
      'qwen3',
      {
        use_sliding_window: true,
        sliding_window: 9,
        layer_types: ['sliding_attention', 'full_attention', 'full_attention', 'full_attention'],
      },
      { tokens: 9, layers: [0] },
    ],
    ['phi3', { sliding_window: 2047 }, { tokens: 2047, layers: [0, 1, 2, 3] }],
    ['phi3', {}, undefined],
    ['phi3', { sliding_window: 9, layer_types: Array(4).fill('full_attention') }, { tokens: 9, layers: [0, 1, 2, 3] }],
    ['smollm3', { sliding_window: 9 }, undefined],
    ['smollm3', { use_sliding_window: true }, undefined],
    ['smollm3', { use_sliding_window: true, sliding_window: 9 }, { tokens: 9, layers: [3] }],
    [
      'smollm3',
      { use_sliding_window: true, sliding_window: 9, no_rope_layers: [0, 1, 1, 0] },
      { tokens: 9, layers: [0, 3] },
    ],
    [
      'smollm3',
      { sliding_window: 9, layer_types: ['sliding_attention', ...Array(3).fill('full_attention')] },
      { tokens: 9, layers: [0] },
    ],
    ['cohere', { sliding_window: 9 }, undefined],
    ['cohere2', {}, { tokens: 4096, layers: [0, 1, 2] }],
    ['cohere2', { max_position_embeddings: 4096 }, undefined],
    ['cohere2', { sliding_window: 9, sliding_window_pattern: 3 }, { tokens: 9, layers: [0, 1, 3] }],
    ['gemma2', {}, { tokens: 4096, layers: [0, 2] }],
    ['gemma3_text', { sliding_window: 512, sliding_window_pattern: 3 }, { tokens: 512, layers: [0, 1, 3] }],
  ] as const)('%s with %j: which layers see how many tokens', (modelType, json, window) => {
    const config = configOf(modelType, { num_hidden_layers: 4, ...json });
    expect('window' in config ? config.window : undefined).toEqual(window);
  });

  it.each([
    [{}, [3, 7]],
    [{ no_rope_layer_interval: 3 }, [2, 5]],
    // As long as the layers, or longer; what it says counts, and not the interval.
    [{ no_rope_layers: [1, 0, 1, 1, 1, 1, 1, 0, 0], no_rope_layer_interval: 2 }, [1, 7]],
    [{ no_rope_layers: Array(8).fill(1) }, undefined],
  ])('of smollm3 with %j says which layers have no places', (json, unturned) => {
    const config = configOf('smollm3', { num_hidden_layers: 8, ...json });
    expect('unturned' in config ? config.unturned : undefined).toEqual(unturned);
  });

  it.each([
    ['cohere', {}, undefined],
    ['cohere2', {}, [3]],
    // Whether or not a row can outgrow the window.
    ['cohere2', { max_position_embeddings: 4096 }, [3]],
    ['cohere2', { sliding_window: null }, [0, 1, 2, 3]],
    ['cohere2', { layer_types: ['full_attention', ...Array(3).fill('sliding_attention')] }, [0]],
  ] as const)('of %s with %j says which layers have no places', (modelType, json, unturned) => {
    const config = configOf(modelType, { num_hidden_layers: 4, ...json });
    expect('unturned' in config ? config.unturned : undefined).toEqual(unturned);
  });

  it('of a longrope model says from which length on rows turn by its long factors', () => {
    const rope_scaling = { type: 'su', short_factor: Array(48).fill(1.1), long_factor: Array(48).fill(2) };
    const sizes = { hidden_size: 3072, rope_scaling };
    const config = configOf('phi3', { ...sizes, max_position_embeddings: 131072 });
    expect(config).toMatchObject({ maxPositions: 131072, rotary: { long: { over: 4096 } } });
    // No row is longer.
    expect(configOf('phi3', { ...sizes, max_position_embeddings: 4096 })).not.toHaveProperty('rotary.long');
  });

  it('of gpt_neox goes with an output projection by its older name or its newer one', () => {
    const { normaliseName, outputProjection } = architectureOf('gpt_neox');
    expect(['embed_out.weight', 'lm_head.weight'].map(normaliseName)).toEqual([outputProjection, outputProjection]);
    expect(normaliseName('gpt_neox.embed_in.weight')).toBe('embed_in.weight');
  });

  it('of a gemma3 model that sees holds a text model of the same weights', () => {
    const text = goldenConfig('gemma3_text');
    const { modelType: _, ...config } = configOf('gemma3_text', text);
    expect(configOf('gemma3', { vision_config: {}, text_config: text })).toEqual({ ...config, modelType: 'gemma3' });
    const { normaliseName } = architectureOf('gemma3');
    expect(normaliseName('language_model.model.layers.0.mlp.up_proj.weight')).toBe('layers.0.mlp.up_proj.weight');
    expect(normaliseName('model.language_model.embed_tokens.weight')).toBe('embed_tokens.weight');
    expect(normaliseName('language_model.lm_head.weight')).toBe('lm_head.weight');
  });
});

describe('a configuration that cannot be run', () => {
  it.each([
    ['llama', { hidden_act: 'relu' }, "hidden_act 'relu' (supported: silu, swish)"],
    [
      'bloom',
      { slow_but_exact: true, pretraining_tp: 4 },
      "products in parts, without their biases ('slow_but_exact')",
    ],
    ['cohere', { hidden_act: 'gelu' }, "hidden_act 'gelu' (supported: silu, swish)"],
    ['cohere', { partial_rotary_factor: 0.5 }, "rotary positions in a part of each head ('partial_rotary_factor')"],
    [
      'cohere2',
      { layer_types: Array(40).fill('chunked_attention') },
      "layer_types 'chunked_attention' (supported: full_attention, sliding_attention)",
    ],
    ['apertus', { hidden_act: 'silu' }, "hidden_act 'silu' (supported: xielu)"],
    ['apertus', { rope_scaling: { type: 'su' } }, /^rotary positions scaled by 'su'/],
    ['olmo2', { hidden_act: 'gelu' }, "hidden_act 'gelu' (supported: silu, swish)"],
    ['granite', { hidden_act: 'gelu' }, "hidden_act 'gelu' (supported: silu, swish)"],
    ['gptj', { activation_function: 'relu' }, /^activation_function 'relu' \(supported: gelu, /],
    ['smollm3', { hidden_act: 'gelu' }, "hidden_act 'gelu' (supported: silu, swish)"],
    [
      'smollm3',
      { layer_types: Array(36).fill('chunked_attention') },
      "layer_types 'chunked_attention' (supported: full_attention, sliding_attention)",
    ],
    ['gpt_neox', { hidden_act: 'relu' }, /^hidden_act 'relu' \(supported: gelu, .*gelu_pytorch_tanh\)$/],
    ['qwen2', { rope_scaling: { type: 'su' } }, /^rotary positions scaled by 'su'/],
    ['gpt_neox', { rope_scaling: { type: 'su' } }, /^rotary positions scaled by 'su'/],
    [
      'gpt_neox',
      { rope_scaling: { type: 'yarn', factor: 2 }, rotary_pct: 0.04 },
      /'yarn' that turn an odd number of entries$/,
    ],
    ['llama', { partial_rotary_factor: 0.5 }, "rotary positions in a part of each head ('partial_rotary_factor')"],
    ['qwen2', { rope_parameters: { partial_rotary_factor: 0.5 } }, /in a part of each head/],
    ['phi3', { rope_scaling: { type: 'mrope' } }, /^rotary positions scaled by 'mrope'/],
    ['opt', { activation_function: 'swish' }, /^activation_function 'swish' \(supported: relu, /],
    ['xglm', { activation_function: 'swish' }, /^activation_function 'swish' \(supported: relu, /],
    ['xglm', { add_cross_attention: true }, "cross-attention ('add_cross_attention')"],
    ['gemma2', { hidden_activation: 'relu' }, /^hidden_activation 'relu' \(supported: gelu, .*silu, swish\)$/],
    [
      'gemma3_text',
      { rope_scaling: { type: 'linear', factor: 8 } },
      "a 'rope_scaling' that is named in 'type', not in 'rope_type'",
    ],
    [
      'gemma3_text',
      { rope_scaling: { rope_type: 'yarn', factor: 4, truncate: false } },
      /by layer type with 'truncate'$/,
    ],
    ['gemma3_text', { use_bidirectional_attention: true }, /'use_bidirectional_attention'/],
    ['gemma3', { text_config: { final_logit_softcapping: 30 } }, "a bound of logits ('final_logit_softcapping')"],
    [
      'gemma3_text',
      { rope_parameters: { sliding_attention: { rope_type: 'longrope', original_max_position_embeddings: 512 } } },
      "rotary positions scaled by 'longrope' in layers that see a window",
    ],
    [
      'qwen3',
      { num_hidden_layers: 1, layer_types: ['linear_attention'] },
      "layer_types 'linear_attention' (supported: full_attention, sliding_attention)",
    ],
    [
      'gemma2',
      { num_hidden_layers: 1, layer_types: ['chunked_attention'] },
      "layer_types 'chunked_attention' (supported: full_attention, sliding_attention)",
    ],
  ] as const)('%s with %j is unsupported, and why is said', (modelType, json, reason) => {
    expect(parse(modelType, json)).toEqual({
      kind: 'unsupported',
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    });
  });

  it.each([
    ['llama', { num_attention_heads: 6, num_key_value_heads: 4 }, /6 is not a multiple of num_key_value_heads 4/],
    ['gpt_neox', { hidden_size: 30, num_attention_heads: 4 }, /30 is not a multiple of num_attention_heads 4/],
    ['gpt_neox', { head_dim: 128 }, /head_dim 128 is not hidden_size 6144 \/ num_attention_heads 64/],
    ['mistral', { sliding_window: 'wide' }, /'sliding_window' is "wide"/],
    ['qwen3', { head_dim: 0 }, /'head_dim' is 0/],
    ['cohere', { num_key_value_heads: 7 }, /64 is not a multiple of num_key_value_heads 7/],
    ['apertus', { num_key_value_heads: 7 }, /32 is not a multiple of num_key_value_heads 7/],
    ['olmo2', { num_key_value_heads: 7 }, /32 is not a multiple of num_key_value_heads 7/],
    ['granite', { logits_scaling: 0 }, /'logits_scaling' is 0, not a positive number/],
    ['gptj', { n_embd: 30, n_head: 4, rotary_dim: 4 }, /n_embd 30 is not a multiple of n_head 4/],
    ['gptj', { rotary_dim: 9 }, /rotary_dim 9 is odd, and entries turn in pairs/],
    ['gptj', { rotary_dim: 258 }, /rotary positions cannot turn 258 of the 256 entries of a head/],
    ['cohere2', { logit_scale: 0 }, /'logit_scale' is 0, not a positive number/],
    ['smollm3', { no_rope_layers: [1, 0] }, /'no_rope_layers' is \[1,0\], not a list of 36 or more integers/],
    [
      'smollm3',
      { no_rope_layers: Array(36).fill(true) },
      /'no_rope_layers' is \[true,.*, not a list of 36 or more integers/,
    ],
    ['smollm3', { no_rope_layer_interval: 0 }, /'no_rope_layer_interval' is 0, not a positive integer/],
    ['bloom', { hidden_size: 10, num_attention_heads: 4 }, /10 is not a multiple of num_attention_heads 4/],
    ['xglm', { hidden_size: 10, num_attention_heads: 4 }, /10 is not a multiple of num_attention_heads 4/],
    ['xglm', { hidden_size: 9, num_attention_heads: 3 }, /need a hidden_size that is even and at least 4, not 9/],
    ['opt', { hidden_size: 10, num_attention_heads: 4 }, /10 is not a multiple of num_attention_heads 4/],
    ['gemma2', { layer_types: ['full_attention'] }, /'layer_types' is not a list of 26 kinds/],
    ['llama', { rope_scaling: { type: 'linear' } }, /'factor' is missing/],
    ['gpt_neox', { rotary_pct: 0.01 }, /rotary positions cannot turn 0 of the 96 entries of a head/],
    ['llama', { head_dim: 9 }, /rotary positions cannot turn 9 of the 9 entries of a head/],
    ['phi3', { rope_scaling: { type: 'longrope', short_factor: [1] } }, /'short_factor' is \[1\], not a list of 48/],
    [
      'phi3',
      { rope_scaling: { type: 'longrope', short_factor: [0, ...Array(47).fill(1)] } },
      /'short_factor' is \[0,.*, not a list of 48 positive numbers/,
    ],
  ] as const)('%s with %j is broken', (modelType, json, problem) => {
    expect(parse(modelType, json)).toEqual({ kind: 'broken', problem: expect.stringMatching(problem) });
  });
});

describe('rotary positions', () => {
  /** One way to say it, and another that means the same. */
  it.each([
    ['rotary_pct is a setting of others', 'llama', { rotary_pct: 0.25, rotary_emb_base: 500 }, {}],
    [
      'rope_scaling counts alone where there is rope_parameters as well',
      'llama',
      { rope_scaling: { type: 'linear', factor: 2 }, rope_parameters: { rope_type: 'yarn', rope_theta: 500 } },
      { rope_scaling: { type: 'linear', factor: 2 } },
    ],
    [
      'an empty rope_scaling is none',
      'llama',
      { rope_scaling: {}, rope_parameters: { rope_theta: 500 } },
      { rope_theta: 500 },
    ],
    [
      'a factor of null is the ratio of the lengths',
      'qwen2',
      { rope_scaling: { type: 'yarn', factor: null, original_max_position_embeddings: 8192 } },
      { rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 8192 } },
    ],
    [
      'GPT-NeoX has names of its own for them',
      'gpt_neox',
      { rope_theta: 500, partial_rotary_factor: 0.5, rotary_emb_base: 1000, rotary_pct: 1 },
      { rope_parameters: { rope_theta: 1000, partial_rotary_factor: 1 } },
    ],
    [
      'Phi 3 was first trained for what stands outside the settings',
      'phi3',
      { max_position_embeddings: 8192, rope_scaling: { type: 'longrope', original_max_position_embeddings: 2048 } },
      { max_position_embeddings: 8192, rope_scaling: { type: 'longrope' } },
    ],
    [
      'Apertus scales as a rule, and a base outside the settings counts with other settings only',
      'apertus',
      { rope_theta: 500 },
      {
        rope_scaling: {
          ...{ rope_type: 'llama3', factor: 8, original_max_position_embeddings: 8192 },
          ...{ low_freq_factor: 1, high_freq_factor: 4 },
        },
        rope_theta: 12_000_000,
      },
    ],
    ['Apertus does so beside settings of older files that are empty, too', 'apertus', { rope_scaling: {} }, {}],
    [
      'Apertus has a base of its own where settings have none',
      'apertus',
      { rope_parameters: {} },
      { rope_parameters: { rope_type: 'default', rope_theta: 12_000_000 } },
    ],
    [
      'Gemma 3 takes bases from outside, where kinds of layers have none',
      'gemma3_text',
      { rope_parameters: { full_attention: {}, sliding_attention: {} }, rope_theta: 500, rope_local_base_freq: 100 },
      { rope_parameters: { full_attention: { rope_theta: 500 }, sliding_attention: { rope_theta: 100 } } },
    ],
    [
      'Gemma 3 scales those of layers that see everything',
      'gemma3_text',
      {
        rope_parameters: { full_attention: { rope_theta: 500 }, sliding_attention: { rope_theta: 100 } },
        rope_scaling: { rope_type: 'linear', factor: 8 },
      },
      {
        rope_parameters: {
          full_attention: { rope_theta: 500, rope_type: 'linear', factor: 8 },
          sliding_attention: { rope_theta: 100 },
        },
      },
    ],
  ] as const)('%s', (_, modelType, json, same) => {
    const positions = (each: JsonObject) => {
      const config = configOf(modelType, each);
      return { rotary: 'rotary' in config && config.rotary, local: 'local' in config && config.local };
    };
    expect(positions(json)).toEqual(positions(same));
  });

  interface RotaryCase {
    readonly config: JsonObject;
    readonly inverseFrequencies: number[];
    /** Of rows of more than 4096 tokens. */
    readonly longInverseFrequencies?: number[];
    readonly attentionFactor: number;
  }
  const cases: RotaryCase[] = JSON.parse(readFileSync(join(GOLDEN, 'rotary.json'), 'utf8'));
  // One step of float32 is 1.2e-7 of a number.
  const expectFrequencies = (ours: readonly number[] | undefined, theirs: readonly number[] | undefined) => {
    expect(ours?.length).toBe(theirs?.length);
    ours?.forEach((frequency, i) => {
      expect(Math.abs(frequency / theirs![i]! - 1)).toBeLessThan(2.4e-7);
    });
  };
  it.each(cases)('turn as those of transformers: $config.rope_parameters', (golden) => {
    const modelType = golden.config.model_type as ModelConfig['modelType'];
    const config = configOf(modelType, golden.config);
    if (!('rotary' in config)) throw new Error('no rotary positions');
    const { inverseFrequencies, attentionFactor, long } = config.rotary;
    expect(attentionFactor).toBeCloseTo(golden.attentionFactor, 12);
    expectFrequencies(inverseFrequencies, golden.inverseFrequencies);
    expectFrequencies(long?.inverseFrequencies, golden.longInverseFrequencies);
    expect(long?.over).toBe(golden.longInverseFrequencies && 4096);
  });
});

it('has golden numbers for every architecture, with a tied head and with one of its own', () => {
  const golden = readdirSync(join(GOLDEN, 'backbones')).map(goldenConfig);
  // The text model of a gemma3 is a gemma3_text.
  for (const modelType of SUPPORTED_MODEL_TYPES.filter((type) => type !== 'gemma3')) {
    const tied = golden
      .filter((json) => json.model_type === modelType)
      .map((json) => configOf(modelType, json))
      .map((config) => config.tied);
    expect(new Set(tied), modelType).toEqual(new Set([true, false]));
  }
});
