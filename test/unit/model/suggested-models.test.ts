import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../../model/src/architectures/index.ts';
import { parseModelConfig } from '../../../model/src/folder/read-config.ts';
import { modelSummary } from '../../../model/src/model-summary.ts';
import { SUGGESTED_MODELS, suggestedFor } from '../../../model/src/suggested-models.ts';

/** What decides the shapes in each one's config.json. */
const llama = (layers: number, hidden: number, inner: number, heads: [number, number], vocab: number, tied = true) => ({
  model_type: 'llama',
  num_hidden_layers: layers,
  hidden_size: hidden,
  intermediate_size: inner,
  num_attention_heads: heads[0],
  num_key_value_heads: heads[1],
  vocab_size: vocab,
  tie_word_embeddings: tied,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
});
const gpt2 = (n_layer: number, n_embd: number, n_head: number, vocab_size: number, n_positions: number) => ({
  model_type: 'gpt2',
  ...{ n_layer, n_embd, n_head, vocab_size, n_positions },
});
const CONFIGS: Readonly<Record<string, Record<string, unknown>>> = {
  'HuggingFaceTB/SmolLM2-135M': llama(30, 576, 1536, [9, 3], 49_152),
  'openai-community/gpt2': gpt2(12, 768, 12, 50_257, 1024),
  'EleutherAI/pythia-160m': {
    model_type: 'gpt_neox',
    num_hidden_layers: 12,
    hidden_size: 768,
    intermediate_size: 3072,
    num_attention_heads: 12,
    vocab_size: 50_304,
    max_position_embeddings: 2048,
    rotary_pct: 0.25,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-5,
    use_parallel_residual: true,
    tie_word_embeddings: false,
  },
  'HuggingFaceTB/SmolLM2-360M': llama(32, 960, 2560, [15, 5], 49_152),
  'AI-Sweden-Models/gpt-sw3-126m': gpt2(12, 768, 12, 64_000, 2048),
  'AI-Sweden-Models/gpt-sw3-356m': gpt2(24, 1024, 16, 64_000, 2048),
  'AI-Sweden-Models/gpt-sw3-1.3b': gpt2(24, 2048, 32, 64_000, 2048),
  'bigscience/bloom-560m': {
    model_type: 'bloom',
    ...{ n_embed: 1024, n_layer: 24, num_attention_heads: 16, vocab_size: 250_880, seq_length: 2048 },
  },
  'Qwen/Qwen3-0.6B-Base': { ...llama(28, 1024, 3072, [16, 8], 151_936), model_type: 'qwen3', head_dim: 128 },
  'meta-llama/Llama-3.2-1B': llama(16, 2048, 8192, [32, 8], 128_256),
  'utter-project/EuroLLM-1.7B-Instruct': llama(24, 2048, 5632, [16, 8], 128_000, false),
  'ibm-granite/granite-3.3-2b-base': { ...llama(40, 2048, 8192, [32, 8], 49_152), model_type: 'granite' },
  'HuggingFaceTB/SmolLM3-3B-Base': { ...llama(36, 2048, 11_008, [16, 4], 128_256), model_type: 'smollm3' },
  'CohereLabs/aya-expanse-8b': { ...llama(32, 4096, 14_336, [32, 8], 256_000), model_type: 'cohere' },
  'swiss-ai/Apertus-8B-2509': {
    ...llama(32, 4096, 21_504, [32, 8], 131_072, false),
    ...{ model_type: 'apertus', hidden_act: 'xielu' },
  },
};

/** Bytes of a parameter in the files, and of an entry of the causal masks that some old files hold in each layer. */
const STORED: Readonly<Record<string, { weight: number; mask?: number }>> = {
  'openai-community/gpt2': { weight: 4, mask: 4 },
  'EleutherAI/pythia-160m': { weight: 2, mask: 1 },
  'AI-Sweden-Models/gpt-sw3-126m': { weight: 4, mask: 1 },
  'AI-Sweden-Models/gpt-sw3-356m': { weight: 4, mask: 1 },
  'AI-Sweden-Models/gpt-sw3-1.3b': { weight: 4, mask: 1 },
};

describe('the suggested models', () => {
  it.each(SUGGESTED_MODELS)('$id has the sizes that its configuration gives', ({ id, ...stated }) => {
    const parsed = parseModelConfig(id, CONFIGS[id]!);
    if (parsed.kind !== 'ok') throw new Error(parsed.problem);
    const { config } = parsed;
    expect(architectureOf(config.modelType)).toBeDefined();
    const { bytes: _, ...summary } = modelSummary({ config });
    expect(stated).toMatchObject(summary);
    const { weight, mask = 0 } = STORED[id] ?? { weight: 2 };
    const bytes = weight * stated.parameters + mask * stated.layers * config.maxPositions ** 2;
    // To the three digits that the hub shows.
    expect(bytes.toPrecision(3)).toBe(stated.bytes.toPrecision(3));
  });

  it.each([
    ['sv', 'AI-Sweden-Models/gpt-sw3-126m'],
    ['nn', 'AI-Sweden-Models/gpt-sw3-126m'],
    ['en-GB', 'HuggingFaceTB/SmolLM2-135M'],
    ['fi', 'utter-project/EuroLLM-1.7B-Instruct'],
    ['hi', 'meta-llama/Llama-3.2-1B'],
    ['vi', 'Qwen/Qwen3-0.6B-Base'],
    ['yo', 'bigscience/bloom-560m'],
    ['de', 'meta-llama/Llama-3.2-1B'],
  ])('for %s begin with %s', (language, first) => {
    expect(suggestedFor(language)[0]!.id).toBe(first);
  });

  it('begin with those that a processor trains in a reasonable time', () => {
    expect(suggestedFor('de').map(({ id }) => id)).toEqual([
      ...['meta-llama/Llama-3.2-1B', 'utter-project/EuroLLM-1.7B-Instruct', 'Qwen/Qwen3-0.6B-Base'],
      ...['HuggingFaceTB/SmolLM3-3B-Base', 'ibm-granite/granite-3.3-2b-base', 'CohereLabs/aya-expanse-8b'],
      'swiss-ai/Apertus-8B-2509',
    ]);
  });

  it('are all where there is no language, and know the language where there is one', () => {
    expect(suggestedFor(null)).toEqual(SUGGESTED_MODELS);
    expect(suggestedFor('sv').map(({ id }) => id)).not.toContain('openai-community/gpt2');
  });
});
