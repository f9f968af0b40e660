import fc from 'fast-check';
import { taskFile, template } from '../harness.ts';

const TEXTS = [
  'Kursen stiger',
  'Kursen faller',
  'kursen  FALLER ',
  'kursenfaller',
  '',
  ' ',
  'a {label} b',
  '{other}',
  '{"json": "in a text"}',
  '<|VIRTUAL_PROMPT_3|> x',
  '<|VIRTUAL_PROMPT_',
  'Ã¶ {label}',
  'Ã',
  'sm\ufffd',
  'åäö 🙂',
  'A\u030aÄö 🙂',
  '\u2028',
  Array(60).fill('lång').join(' '),
  'positiva',
  ' positiv ',
  'negativa',
  'positva',
];

const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(1, null, true, [], { a: 1 }) },
);

const field = fc.constantFrom('sentence', 'label', 'other', '__proto__', 'id', '7');

const row = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<unknown>('sentiment-task') },
      { weight: 3, arbitrary: fc.constantFrom<unknown>('other-task', 'unknown-task', 5, undefined, '') },
    ),
    fc.array(fc.tuple(field, value), { maxLength: 5 }),
    fc.boolean(),
  )
  .map(([taskname, fields, isFirst]) => {
    const task = taskname === undefined ? [] : [['taskname', taskname] as const];
    const all = isFirst ? [...task, ...fields] : [...fields, ...task];
    return `{${all.map(([key, text]) => `${JSON.stringify(key)}: ${JSON.stringify(text)}`).join(', ')}}`;
  });

const wholeRow = fc
  .tuple(fc.constantFrom(...TEXTS), fc.constantFrom('positiva', 'negativa', 'fel'))
  .map(([sentence, label]) => JSON.stringify({ taskname: 'sentiment-task', sentence, label }));

/** A line of a data file: a sound row, a strange one, a blank line or none at all. */
export const line = fc.oneof(
  { weight: 4, arbitrary: wholeRow },
  { weight: 4, arbitrary: row },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '  ', '{', '[1]', '{"taskname": "sentiment-task"', '\ufeff{}', '\ud83d'),
  },
);

export const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r');

/** The text of a data file. */
export const data = fc.array(fc.tuple(line, lineEnd), { maxLength: 40 }).map((lines) => lines.flat().join(''));

const TEMPLATES = [
  '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}"',
  '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}{label}"',
  '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} {other} {label}", "truncate_field": "sentence"',
  '"prompt_template": "<|VIRTUAL_PROMPT_0|> {label}: {sentence}"',
  '"prompt_template": "<|VIRTUAL_PROMPT_0|>"',
  '"prompt_template": "<|VIRTUAL_PROMPT_0|> {nobody} {7} {__proto__} {sentence}", "answer_field": "sentence"',
  '"labels": null',
  '"labels": { "positva": [], "fel": ["negativa"] }',
  '"answer_field": null, "labels": null',
  '"answer_field": 5',
  '"taskname": ""',
];

const OTHER = template(
  '"taskname": "other-task", "prompt_template": "<|VIRTUAL_PROMPT_0|> {other}={id}", "answer_field": "id", "labels": null',
);

/** The text of a task file over `train.jsonl`, `validation.jsonl` and `test.jsonl`. */
export const task = fc
  .tuple(
    fc.constantFrom('', ...TEMPLATES),
    fc.boolean(),
    fc.constantFrom(
      '{ "train_ds": ["train.jsonl"], "validation_ds": ["validation.jsonl"], "max_seq_length": 48 }',
      '{ "train_ds": ["train.jsonl", "test.jsonl"], "validation_ds": ["validation.jsonl"], "max_seq_length": 20 }',
      '{ "train_ds": ["train.jsonl"], "test_ds": ["train.jsonl", "no-such-file.jsonl"], "add_eos": true }',
      '{ "validation_ds": "validation.jsonl" }',
      '{ "train_ds": "train.jsonl", "validation_ds": ["validation.jsonl", "test.jsonl"], "test_ds": ["test.jsonl"] }',
      '{ "train_ds": ["train.jsonl", "validation.jsonl", "test.jsonl"], "test_ds": ["test.jsonl"] }',
    ),
    fc.constantFrom('"demo"', '"nowhere"'),
    fc.constantFrom(
      '[]',
      '[{ "taskname": "sentiment-task", "sentence": "a {label}", "id": "1" }]',
      `[{ "taskname": "sentiment-task", "sentence": "${'a '.repeat(40)}" }, "b", { "taskname": "sentiment-task", "label": "x" }]`,
      `[{ "taskname": "other-task", "sentence": "b" },\n{ "taskname": "sentiment-task", "sentence": "${'b '.repeat(15)}" }]`,
    ),
    fc.constantFrom('', '\n', '/* x */ '),
  )
  .map(([of, hasOther, dataKey, model, examples, between]) =>
    taskFile({
      file: `"task_templates": [${template(of)}${hasOther ? `, ${OTHER}` : ''}], "data": ${dataKey}, "model": ${model}, ${between}"examples": ${examples}`,
    }),
  );
