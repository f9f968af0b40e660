import { expect, it } from 'vitest';
import { row, environment as taskEnvironment, taskFile, wordTokeniser } from '../task/harness.ts';
import { editor, TASK, TRAIN } from './harness.ts';

/** More than a row may have, and than is ever encoded at one go. */
const LONG = 'Kursen stiger och faller. '.repeat(400);

it('texts that are too long are tokenised in steps, and only once for a change', async () => {
  let steps = 0;
  const tokenizer = {
    encode(text: string) {
      if (text.length > LONG.length / 2) throw new Error('at one go');
      return wordTokeniser.encode(text);
    },
    *encoding(text: string) {
      steps += 1;
      yield;
      return wordTokeniser.encode(text);
    },
  };
  const { model } = taskEnvironment({});
  const { service, disk, shown, errors } = editor({
    async model(reference) {
      const facts = await model(reference);
      return facts.kind === 'ok' ? { ...facts, tokenizer } : facts;
    },
  });
  disk['train.jsonl'] += `\n${row(LONG)}`;
  const example = `"examples": [{ "taskname": "sentiment-task", "sentence": "${LONG}" }]`;
  service.openDocument(TASK, taskFile({ file: example }));
  expect(steps).toBe(0);
  await service.settled();
  expect(shown()).toEqual({ [TASK]: ['row-too-long'], [TRAIN]: ['row-too-long'] });
  const before = steps;
  service.fileChanged(TASK);
  await service.settled();
  expect(steps).toBe(before);
  expect(errors).toEqual([]);
});

it.each([
  ['Nyhet', '⟨10⟩ 7–16'],
  ['Nyhet '.repeat(5_000), '⟨10⟩'],
])('a marker behind text of a template, unless that is long, has its place among the tokens', async (text, label) => {
  const { service } = editor();
  service.openDocument(TASK, taskFile({ of: `"prompt_template": "${text} <|VIRTUAL_PROMPT_0|> {sentence}: {label}"` }));
  await service.settled();
  const everything = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
  expect(service.inlayHints(TASK, everything)).toContainEqual(expect.objectContaining({ label }));
});
