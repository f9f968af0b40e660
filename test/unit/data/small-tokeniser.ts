import { parseTokenizer, type Tokenizer } from '../../../model/src/tokenizer.ts';
import type { DataSettings, TaskTemplate } from '../../../task/src/types.ts';
import { tinyTokenizer } from '../model/tiny-folder.ts';

/** End and start token of the tiny tokeniser, which has a token for each byte and one merge. */
export const END = 256;
export const START = 257;

/** @param changes settings of `tokenizer.json` instead of its own */
export function smallTokenizer(changes: object = {}): Tokenizer {
  const tokenizer = new TextEncoder().encode(JSON.stringify({ ...tinyTokenizer(), ...changes }));
  const files = { tokenizer, eosId: END, bosId: START };
  const result = parseTokenizer(files);
  if (result.kind !== 'ok') throw new Error(result.problem);
  return result.tokenizer;
}

/** A sound template, with these settings instead of its own. */
export function template(changes: Partial<TaskTemplate> = {}): TaskTemplate {
  return {
    taskname: 'mood',
    prompt_template: '<|VIRTUAL_PROMPT_0|> {text}: {label}',
    total_virtual_tokens: 3,
    virtual_token_splits: [3],
    truncate_field: null,
    answer_only_loss: true,
    answer_field: 'label',
    labels: null,
    chat: false,
    ...changes,
  };
}

export function dataSettings(changes: Partial<DataSettings> = {}): DataSettings {
  const none = { train_ds: [], validation_ds: [], test_ds: [] };
  return { ...none, max_seq_length: null, add_bos: false, add_eos: true, ...changes };
}
