import { describe, expect, it } from 'vitest';
import { ConfigReader } from '../../../model/src/architectures/config-reader.ts';
import { type RotaryDefaults, readRotary } from '../../../model/src/architectures/rotary.ts';
import type { JsonObject } from '../../../model/src/json.ts';

function rotaryOf(json: JsonObject, defaults: RotaryDefaults = {}) {
  const read = new ConfigReader(json);
  const rotary = readRotary(read, { headSize: 16, maxPositions: 131072, ...defaults });
  return { rotary, reason: read.unsupported, problem: read.broken };
}

/**
 * `LlamaRotaryEmbedding` of Hugging Face transformers 5.18 (torch 2.13), for heads of 16 entries and a base of 500,000:
 * `inv_freq` and `attention_scaling`.
 */
const EXPECTED: readonly [kind: string, settings: JsonObject, factor: number, inverse: readonly number[]][] = [
  [
    'as it is',
    { rope_type: 'default' },
    1,
    [
      1, 0.193922758102417, 0.03760603070259094, 0.00729266507551074, 0.001414213445968926, 0.00027424818836152554,
      5.3182957344688475e-5, 1.0313385246263351e-5,
    ],
  ],
  [
    'linear',
    { rope_type: 'linear', factor: 4 },
    1,
    [
      0.25, 0.04848068952560425, 0.009401507675647736, 0.001823166268877685, 0.0003535533614922315,
      6.856204709038138e-5, 1.3295739336172119e-5, 2.578346311565838e-6,
    ],
  ],
  [
    'llama3',
    {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    },
    1,
    [
      1, 0.193922758102417, 0.03760603070259094, 0.00729266507551074, 0.0005248460220173001, 3.428102354519069e-5,
      6.647869668086059e-6, 1.289173155782919e-6,
    ],
  ],
  [
    'yarn',
    { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32768 },
    1.138629436111989,
    [
      1, 0.193922758102417, 0.03760603070259094, 0.00729266507551074, 0.001060660113580525, 0.00013712409418076277,
      1.3295739336172119e-5, 2.578346311565838e-6,
    ],
  ],
  [
    'yarn with weights of its own',
    {
      rope_type: 'yarn',
      factor: 40,
      original_max_position_embeddings: 4096,
      beta_fast: 32,
      beta_slow: 1,
      mscale: 1,
      mscale_all_dim: 0.7,
    },
    1.0879546075066122,
    [
      1, 0.193922758102417, 0.025384070351719856, 0.0025524324737489223, 3.535533687681891e-5, 6.856204436189728e-6,
      1.3295739336172119e-6, 2.578346141035581e-7,
    ],
  ],
  [
    'yarn between whole entries',
    { rope_type: 'yarn', factor: 32, original_max_position_embeddings: 4096, truncate: false },
    1.3465735902799727,
    [
      1, 0.193922758102417, 0.034805312752723694, 0.0034058631863445044, 4.4194170186528936e-5, 8.570255886297673e-6,
      1.6619674170215148e-6, 3.2229328894572973e-7,
    ],
  ],
];

describe('rotary positions turn as those of transformers', () => {
  it.each(EXPECTED)('%s', (_, settings, factor, inverse) => {
    const spellings: JsonObject[] = [
      { rope_parameters: { ...settings, rope_theta: 500_000 } },
      { rope_theta: 500_000, rope_scaling: settings },
    ];
    for (const json of spellings) {
      const { rotary, reason } = rotaryOf(json);
      expect(reason).toBeUndefined();
      const { inverseFrequencies, attentionFactor } = rotary;
      expect(attentionFactor).toBeCloseTo(factor, 12);
      expect(inverseFrequencies).toHaveLength(inverse.length);
      // Within a few units of the last place of float32.
      inverse.forEach((expected, i) => {
        expect(Math.abs(inverseFrequencies[i]! / expected - 1)).toBeLessThan(3e-7);
      });
    }
  });

  it('in a part of each head, where the file says so', () => {
    for (const json of [{ rope_parameters: { partial_rotary_factor: 0.25 } }, { partial_rotary_factor: 0.25 }]) {
      expect(rotaryOf(json, { defaultTurnedShare: 1 })).toMatchObject({
        rotary: { inverseFrequencies: [1, Math.fround(0.01)] },
      });
    }
  });

  it('as they do without scaling, where that depends on a length that is not reached', () => {
    const plain = rotaryOf({});
    expect(rotaryOf({ rope_scaling: { type: 'dynamic', factor: 2 } })).toEqual(plain);
  });
});

describe('what cannot be read', () => {
  it('is named: a way of scaling that is not known, or several of them', () => {
    expect(rotaryOf({ rope_scaling: { rope_type: 'ntk', factor: 4 } })).toMatchObject({
      reason: "rotary positions scaled by 'ntk' (supported: default, dynamic, linear, llama3, yarn, longrope)",
    });
    expect(rotaryOf({ rope_parameters: { full_attention: { rope_type: 'default' } } })).toMatchObject({
      reason: 'rotary positions by layer type',
    });
  });

  it('is a problem of the configuration: a value that makes no sense', () => {
    const { problem } = rotaryOf({ rope_scaling: { rope_type: 'linear', factor: 'four' } });
    expect(problem).toBe(`config.json: 'factor' is "four", not a positive number`);
  });
});

it.each<[string, JsonObject]>([
  ['a base next to nothing', { rope_theta: 5e-324 }],
  ['a factor next to nothing', { rope_theta: 500_000, rope_scaling: { rope_type: 'linear', factor: 1e-300 } }],
  [
    'a factor beyond all bounds',
    { rope_theta: 500_000, rope_scaling: { rope_type: 'yarn', factor: 4, attention_factor: 1e300 } },
  ],
])('%s is told, as no position could be computed with it', (_, json) => {
  expect(rotaryOf(json).problem).toMatch(/numbers that float32 cannot hold/);
});
