import { describe, expect, it } from 'vitest';
import { DEMO_SIZES } from '../../../../model/src/demo/packages.ts';
import { rules } from '../../../../task/src/rules/index.ts';
import { DEMO_MODELS } from '../../../../task/src/rules/model-not-found.ts';
import { check, type Fixture, fired, row, taskFile, template } from '../harness.ts';
import { cases } from './cases.ts';

const DESIGN_TABLE =
  'json-syntax schema template-empty marker-missing marker-order marker-malformed split-count split-sum split-zero ' +
  'total-too-long placeholder-malformed placeholder-unknown placeholder-duplicate answer-field-missing answer-not-last ' +
  'answer-without-input marker-after-answer answer-end-missing truncate-field-unknown truncate-is-answer task-duplicate task-without-template task-new-and-existing task-not-trained ' +
  'template-unused template-changed backbone-changed model-not-found model-unsupported chat-template-missing labels-same-tokens data-not-found data-format data-empty validation-missing row-syntax ' +
  'row-taskname row-field-missing row-field-extra row-field-type row-field-repeated row-input-empty row-answer-empty row-marker row-garbled row-too-long ' +
  'row-label-unknown row-duplicate row-contradiction data-leak labels-unbalanced label-unmeasured answer-boundary';

it('has the rules of the design, in its order, each with cases', () => {
  expect(
    rules.map(({ code }) => code),
    'the rules of index.ts are those of DESIGN_TABLE',
  ).toEqual(DESIGN_TABLE.split(' '));
  expect(Object.keys(cases), 'cases.ts has those of DESIGN_TABLE').toEqual(DESIGN_TABLE.split(' '));
});

it('knows the names of the demo models', () => {
  expect(DEMO_MODELS).toEqual(['demo', ...DEMO_SIZES.map((size) => `demo-${size}`)]);
});

it('says nothing about a sound task file', async () => {
  expect((await check({})).problems).toEqual([]);
});

describe.each(Object.entries(cases))('%s', (code, { fires, silent }) => {
  it.each(Object.entries(fires))('fires: %s', async (_, fixture) => {
    const { found, expected } = await fired(code, fixture);
    expect(expected).not.toEqual([]);
    expect(found.sort()).toEqual(expected.sort());
  });

  it.each(Object.entries(silent))('is silent: %s', async (_, fixture) => {
    expect((await fired(code, fixture)).found).toEqual([]);
  });
});

it('says what makes rows of a list, at its beginning', async () => {
  const told = async (text: string) =>
    (await check({ data: { 'train.jsonl': text } })).problems
      .filter(({ code, message }) => code === 'row-syntax' && message.includes('ptask new'))
      .map(({ range }) => range.start.line);
  expect(await told(JSON.stringify([{ text: 'a' }, { text: 'b' }], null, 2))).toEqual([0]);
  expect(await told(`${row('a')}\n[${row('b')},\n${row('c')}]`)).toEqual([1]);
  expect(await told('["a", "b"]\n"text", [\n')).toEqual([]);
});

describe('a rule that is stricter or milder than usual', () => {
  const said = async (code: string, fixture: Fixture) =>
    (await check(fixture)).problems.filter((problem) => problem.code === code).map(({ severity }) => severity);
  const MARKER = '<|VIRTUAL_PROMPT_0|>';
  const neutral = { of: '"labels": { "positiva": [], "negativa": [], "neutrala": [] }' };

  it('takes the answer in front of itself for an error', async () => {
    const task = (text: string) => ({ task: taskFile({ of: `"prompt_template": "${MARKER} ${text}"` }) });
    expect(await said('placeholder-duplicate', task('{label} {sentence}:{label}'))).toEqual(['error']);
    expect(await said('placeholder-duplicate', task('{sentence} {sentence}:{label}'))).toEqual(['warning']);
  });

  it('takes virtual tokens which are all unseen for an error, and not where a marker in front is only misspelt', async () => {
    const task = (text: string) => ({ task: taskFile({ of: `"prompt_template": "${text}"` }) });
    expect(await said('marker-after-answer', task(`{sentence}:{label}${MARKER}`))).toEqual(['error']);
    const misspelt = task('<|VIRTUAL_PROMPT0|> {sentence}:{label}<|VIRTUAL_PROMPT_1|>');
    expect(await said('marker-after-answer', misspelt)).toEqual(['warning']);
  });

  it('warns of a label that is asked for and never taught', async () => {
    const data = { 'validation.jsonl': row('Kursen står still', 'neutrala') };
    expect(await said('labels-unbalanced', { task: taskFile(neutral) })).toEqual(['information']);
    expect(await said('labels-unbalanced', { task: taskFile(neutral), data })).toEqual(['warning']);
  });

  it('only informs of some labels that are not measured', async () => {
    const data = {
      'train.jsonl': [row('a'), row('b', 'negativa'), row('c', 'neutrala')].join('\n'),
      'validation.jsonl': [row('d'), row('e', 'negativa'), row('f')].join('\n'),
    };
    expect(await said('label-unmeasured', { task: taskFile(neutral), data })).toEqual(['information']);
  });
});

describe('a model that cannot be used', () => {
  it.each([
    ['no-such-folder', 'The model "no-such-folder" was not found: there is no folder no-such-folder.'],
    ['folder-in-part', 'The model "folder-in-part" was not found. Missing: model.safetensors, tokenizer.json.'],
    ['broken-folder', 'The model "broken-folder" cannot be opened: model.safetensors is cut off.'],
  ])('is told what is wrong with it: %s', async (model, message) => {
    const { problems } = await check({ task: taskFile({ file: `"model": "${model}"` }) });
    expect(problems.filter(({ code }) => code === 'model-not-found').map((problem) => problem.message)).toEqual([
      message,
    ]);
  });
});

it('a field that rows name with accents apart is told from one that nobody has', async () => {
  const apart = JSON.stringify({ taskname: 'sentiment-task', 'setnin\u0301g': 'a', label: 'positiva' });
  const task = taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {setni\u0144g}:{label}"' });
  const { problems } = await check({ task, data: { 'train.jsonl': apart } });
  const [unknown] = problems.filter(({ code }) => code === 'placeholder-unknown');
  expect(unknown?.message).toBe(
    'No row of "sentiment-task" has a field "setni\u0144g": rows have the same name, encoded in another way.',
  );
  expect(unknown?.fixes?.map(({ title }) => title)).toEqual(['Change to {setnin\u0301g}']);
});

it('names in rows that only look the same are told from others', async () => {
  const good = JSON.stringify({ taskname: 'r\u00f3s', text: 'a', caf\u00e9: 'b' });
  const rows = [good, good.replace('\u00f3', 'o\u0301'), good.replace('\u00e9', 'e\u0301')];
  const task = taskFile({
    of: '"taskname": "r\u00f3s", "prompt_template": "<|VIRTUAL_PROMPT_0|> {text}:{caf\u00e9}", "answer_field": "caf\u00e9"',
  });
  const { problems } = await check({ task, data: { 'train.jsonl': rows.join('\n') } });
  const told = problems.filter(
    ({ code, file }) => /^row-(taskname|field-missing)$/.test(code) && file.endsWith('train.jsonl'),
  );
  expect(told.map(({ message, fixes }) => [message, fixes?.[0]?.title])).toEqual([
    [
      'No template has the taskname "ro\u0301s": one has the same name, encoded in another way.',
      'Change to "r\u00f3s"',
    ],
    [
      'This row has no field "caf\u00e9", which its template uses: it has the same name, encoded in another way.',
      'Rename "cafe\u0301" to "caf\u00e9"',
    ],
  ]);
});

describe('a row without a taskname', () => {
  const told = async (task: string, line = '{"sentence": "a", "label": "positiva"}') => {
    const { problems } = await check({ task, data: { 'train.jsonl': line } });
    return problems.filter(({ code }) => code === 'row-taskname').map(({ message }) => message);
  };

  it('is told the only task there is', async () =>
    expect(await told(taskFile())).toEqual([
      'This row has no "taskname", so it belongs to no task; add "taskname": "sentiment-task".',
    ]));

  it('is told a task for example where it may be of several', async () => {
    const other = '{ "taskname": "b", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}" }';
    const task = taskFile({ file: `"task_templates": [${template()}, ${other}]` });
    const message =
      'This row has no "taskname", so it belongs to no task; add one, such as "taskname": "sentiment-task".';
    expect(await told(task)).toEqual([message]);
    // Also where it has the fields of none.
    expect(await told(task, '{"text": "a"}')).toEqual([message]);
  });
});

it.each([
  ['sentimenttask', ['Change to "sentiment-task"']],
  ['mood', ['Change to "sentiment-task"', 'Change to "b"']],
])(
  'a row of the unknown task %s may be of the task with the nearest name, else of any whose fields it has',
  async (name, titles) => {
    const others = [
      '{ "taskname": "b", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}" }',
      '{ "taskname": "c", "prompt_template": "<|VIRTUAL_PROMPT_0|> {text}:{label}" }',
    ];
    const task = taskFile({ file: `"task_templates": [${[template(), ...others].join(', ')}]` });
    const line = JSON.stringify({ taskname: name, sentence: 'a', label: 'positiva' });
    const { problems } = await check({ task, data: { 'train.jsonl': line } });
    expect(problems.find(({ code }) => code === 'row-taskname')?.fixes?.map(({ title }) => title)).toEqual(titles);
  },
);

describe.each(rules.map((rule) => [rule.code, rule] as const))('%s, its example', (code, { example, severity }) => {
  const fixture = (text: string): Fixture => {
    if (example.of === 'rows') return { data: { 'train.jsonl': text } };
    return { task: taskFile(example.of === 'file' ? { file: text } : { of: text }) };
  };
  it('is wrong where it says so', async () => {
    const { problems } = await check(fixture(example.wrong));
    expect(problems.filter((problem) => problem.code === code).map((problem) => problem.severity)).toContain(severity);
  });
  it('is right where it says so', async () => {
    const { problems } = await check(fixture(example.right));
    expect(problems.filter((problem) => problem.code === code)).toEqual([]);
  });
});
