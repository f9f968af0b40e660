import { expect, it } from 'vitest';
import type { ModelFacts } from '../../../task/src/environment.ts';
import { chatOf, demoModel, row, taskFile } from '../task/harness.ts';
import { type Editor, editor, TASK, TRAIN, uriOf } from './harness.ts';

/** A row of 20 tokens, the end token and two virtual ones included. */
const LONG = row(Array(11).fill('bra').join(' '));

/** A model like that of the harness, but for some facts. */
const like = (changes: Partial<Extract<ModelFacts, { kind: 'ok' }>>): ModelFacts =>
  Object.assign({ ...demoModel }, changes);

const MODELS: Record<string, ModelFacts> = {
  demo: demoModel,
  chatty: like({ chat: chatOf('<user> says this and more ', '<assistant>') }),
  short: like({ maxPositions: 10 }),
  // Letters one by one, so that nothing merges.
  letters: like({ tokenizer: { encode: (text) => [...text].map((letter) => letter.codePointAt(0)!) } }),
};

/** A task file whose rows may have so many tokens. */
const limited = (most: number | null, of = '', more = '') =>
  taskFile({
    file: `"model": "chatty", "data": { "train_ds": ["train.jsonl"], "max_seq_length": ${most}${more} }`,
    of: `"total_virtual_tokens": 2, ${of}`,
  });
const MERGING = '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} mood{label}", "labels": null';
const trained = (file: string) => taskFile({ file: `"existing_tasks": ["trained-task"], ${file}` });
const templates = (model: string) => taskFile({ file: `"model": "${model}"`, of: MERGING });

async function opened(text: string): Promise<Editor> {
  const shown = editor({
    model: async ({ model, language }) => ({
      ...MODELS[model]!,
      ...(language === 'da' ? { prefixTokens: 40 } : {}),
    }),
  });
  shown.disk['train.jsonl'] += `\n${LONG}`;
  shown.service.openDocument(TASK, text);
  await shown.service.settled();
  return shown;
}

const diagnostics = ({ service }: Editor) =>
  [TASK, TRAIN, uriOf('project/validation.jsonl')].map((uri) => service.diagnostics(uri));

it.each([
  ['max_seq_length', limited(48), limited(16)],
  ['add_eos', limited(19, '', ', "add_eos": false'), limited(19)],
  ['add_bos', limited(20, '', ', "add_bos": false'), limited(20, '', ', "add_bos": true')],
  ['truncate_field', limited(16), limited(16, '"truncate_field": "sentence"')],
  ['total_virtual_tokens', limited(24), limited(24, '"total_virtual_tokens": 12')],
  ['chat', limited(23), limited(23, '"chat": true')],
  ['chat, where an answer merges', limited(null, MERGING), limited(null, `${MERGING}, "chat": true`)],
  [
    'prompt_template',
    limited(22),
    limited(22, '"prompt_template": "<|VIRTUAL_PROMPT_0|> And so on: {sentence}:{label}"'),
  ],
  ['answer_field', limited(48), limited(48, '"answer_field": "sentence"')],
  ['labels', limited(48), limited(48, '"labels": { "positiva": [] }')],
  ['language', taskFile(), taskFile({ file: '"language": "da"' })],
  ['model, whose rows are shorter', taskFile(), taskFile({ file: '"model": "short"' })],
  ['model, which has another tokeniser', templates('demo'), templates('letters')],
  ['prompt_table', trained(''), trained('"prompt_table": "other-backbone.prompts.safetensors"')],
])('what is shown follows when nothing but a setting changes: %s', async (_, before, after) => {
  const expected = diagnostics(await opened(after));
  const changed = await opened(before);
  expect(diagnostics(changed)).not.toEqual(expected);
  changed.service.editDocument(TASK, [{ text: after }]);
  await changed.service.settled();
  expect(diagnostics(changed)).toEqual(expected);
  changed.service.editDocument(TASK, [{ text: before }]);
  await changed.service.settled();
  expect(diagnostics(changed)).toEqual(diagnostics(await opened(before)));
});
