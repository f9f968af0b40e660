import { expect, it } from 'vitest';
import { modelGivenUpAt, row, taskFile } from '../task/harness.ts';
import { atCursor, editor, TASK } from './harness.ts';

const MODEL_ERROR = { [TASK]: ['model-not-found'] };
const OF_MODEL = '"model": "demo", "data": { "train_ds": ["train.jsonl"] }';

it('a tokeniser that a row has been too much for is told at the model, and the rest is checked', async () => {
  const model = modelGivenUpAt('hänger');
  const { service, disk, shown, errors } = editor({ model: async () => model });
  disk['train.jsonl'] += `\n${row('Kursen hänger')}\n${row('Kursen hänger', 'okänd')}`;
  service.openDocument(TASK, taskFile({ file: OF_MODEL }));
  await service.settled();
  expect(shown()).toMatchObject(MODEL_ERROR);
  expect(Object.values(shown()).flat()).toContain('row-label-unknown');
  expect(errors).toEqual([]);
});

it.each([
  ['hovered over', '"<|VIRTUAL_PROMPT_0|‸> hänger {sentence}:{label}"'],
  ['hinted at', '"<|VIRTUAL_PROMPT_0|> hänger {sentence}:{label}"'],
])('so is one that a template has been too much for when it was %s', async (how, template) => {
  const model = modelGivenUpAt('hänger');
  const { service, shown, errors } = editor({ model: async () => model });
  const { text, position } = atCursor(taskFile({ of: `"prompt_template": ${template}` }));
  service.openDocument(TASK, text);
  await service.settled();
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const ask = how === 'hinted at' ? () => service.inlayHints(TASK, range) : () => service.hover(TASK, position);
  expect(ask()).toBeDefined();
  await service.settled();
  expect(shown()).toEqual(MODEL_ERROR);
  expect(ask()).toBeDefined();
  expect(errors).toEqual([]);
});

it('and one that is given up while samples are measured for hovers', async () => {
  const model = modelGivenUpAt('hänger på länge');
  const { service, disk, shown, errors } = editor({ model: async () => model });
  disk['train.jsonl'] += `\n${row('Kursen hänger på länge')}`;
  service.openDocument(TASK, taskFile({ of: '"chat": true' }));
  await service.settled();
  await service.settled();
  expect(shown()[TASK]).toContain('model-not-found');
  expect(errors).toEqual([]);
});
