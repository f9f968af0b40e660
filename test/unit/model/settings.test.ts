import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseModelConfig } from '../../../model/src/folder/read-config.ts';
import type { JsonObject } from '../../../model/src/json.ts';

/*
 * No setting is passed over without a thought: transformers wrote the golden configurations with every setting of their classes,
 * and each is read, or stands here.
 */

const BACKBONES = join(import.meta.dirname, '../../golden/backbones');

/** What says nothing of the forward pass in any model: the program, the training, the format, the cache. */
const ANY = [
  ...['architectures', 'dtype', 'transformers_version', 'use_cache', 'initializer_range', 'pad_token_id'],
  ...['attention_dropout', 'attn_pdrop', 'dropout', 'embd_pdrop', 'hidden_dropout', 'resid_pdrop'],
];

/** What changes no result of a type, though others may have it. */
const WITHOUT_EFFECT: Readonly<Record<string, readonly string[]>> = {
  // About the order of a sum, as it is where there is only one part.
  bloom: ['slow_but_exact', 'max_position_embeddings'],
  llama: ['pretraining_tp'],
  // A default of the list of layers, which is written, too; and a cap that the forward pass does not look at.
  gemma3_text: ['_sliding_window_pattern', 'attn_logit_softcapping'],
  // About the precision of scores, and about heads for other tasks.
  gpt2: [
    'reorder_and_upcast_attn',
    ...['summary_activation', 'summary_first_dropout', 'summary_proj_to_labels', 'summary_type', 'summary_use_proj'],
  ],
  gpt_neox: ['classifier_dropout', 'is_decoder'],
  // About training, and about generation with an encoder.
  opt: ['init_std', 'layerdrop'],
  xglm: ['init_std', 'layerdrop', 'activation_dropout', 'decoder_start_token_id'],
};

/** The settings of a configuration that nothing asks for while it is read. */
function unread(json: JsonObject): Set<string> {
  const left = new Set(Object.keys(json));
  const watched = new Proxy(json, {
    get(target, name) {
      left.delete(String(name));
      return Reflect.get(target, name);
    },
  });
  expect(parseModelConfig('folder', watched)).toMatchObject({ kind: 'ok' });
  return left;
}

const configs = readdirSync(BACKBONES).map(
  (name): JsonObject => JSON.parse(readFileSync(join(BACKBONES, name, 'config.json'), 'utf8')),
);

it.each([...new Set(configs.map((json) => String(json.model_type)))])(
  'every setting of %s is read or known',
  (type) => {
    // Some are read only where another one asks for them.
    const [first, ...others] = configs.filter((json) => json.model_type === type).map(unread);
    const never = [...first!].filter((name) => !ANY.includes(name) && others.every((left) => left.has(name)));
    const known = WITHOUT_EFFECT[type] ?? [];
    expect(never.toSorted()).toEqual(known.toSorted());
  },
);
