import { describe, expect, it } from 'vitest';
import type { Problem, ProblemFix } from '../../../protocol/src/problem.ts';
import { checkTaskFile, checkTaskText, findAll, TaskCheck } from '../../../task/src/check.ts';
import type { ModelFacts } from '../../../task/src/environment.ts';
import { LineIndex } from '../../../task/src/line-index.ts';
import {
  check,
  environment,
  type Fixture,
  modelGivenUpAt,
  row,
  TASK_PATH,
  taskFile,
  template,
  underlined,
  unmark,
} from './harness.ts';

describe('one slip', () => {
  const sound = `{
  "model": "demo",
  "trainer": { "max_epoch": 5, "seed": 1 },
  "new_tasks": ["sentiment-task"],
  "task_templates": [
    { "taskname": "sentiment-task", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}", "answer_field": "label" }
  ]
}`;
  const told = (text: string) =>
    checkTaskText(TASK_PATH, text).problems.map(({ code, range: { start } }) => [code, start.line]);

  it.each([
    ['"new_tasks"', 'new_tasks"', 3],
    ['"new_tasks"', '"new_tasks', 3],
    ['"sentiment-task"],', '"sentiment-task],', 3],
    ['"sentiment-task"],', '"sentiment-task",', 4],
    ['"sentiment-task"],', '"sentiment', 3],
    ['"task_templates":', '"task_templates"', 4],
    ['{ "taskname"', '"taskname"', 5],
  ])('is told alone, with what is wrong even so: %s as %s', (right, wrong, line) => {
    expect(told(sound)).toEqual([['schema', 2]]);
    expect(told(sound.replace(right, wrong))).toEqual([
      ['schema', 2],
      ['json-syntax', line],
      // Of a task of which too little is written there is no template.
      ...(wrong === '"sentiment' ? [['task-without-template', 3]] : []),
    ]);
  });

  it('leaves the rows alone, whichever character of the text is missing', async () => {
    const text = taskFile({
      file: `"examples": [\n  ${row('Bra')},\n  ${row('Illa', 'negativa')}\n]`,
      of: '"truncate_field": "sentence"',
    });
    const rows = Array.from({ length: 30 }, (_, i) => row(`Kursen stiger med ${i}`, i % 2 ? 'positiva' : 'negativa'));
    const data = { 'train.jsonl': rows.join('\n') };
    expect((await check({ task: text, data })).problems).toEqual([]);
    const places = [...text].flatMap((character, at) => ('"{}[]:,'.includes(character) ? [at] : []));
    for (const at of places) {
      const { problems } = await check({ task: text.slice(0, at) + text.slice(at + 1), data });
      const codes = problems.map(({ code }) => code);
      if (codes.length > 4) expect.unreachable(`${text.slice(at, at + 20)}: ${codes.join()}`);
    }
  });

  it('moves nothing of what is told behind it', async () => {
    const example = (keys: string) => `{${keys}, "label": "positiva", "other": 1 }`;
    const text = (keys: string) => taskFile({ file: `"examples": [${example(keys)}]` });
    const where = (problems: readonly Problem[], code: string, written: string) =>
      problems.filter((problem) => problem.code === code).map((problem) => underlined(written, problem));
    const [right, wrong] = [
      '"taskname": "sentiment-task", "sentence": "Bra"',
      '"taskname": "sentiment-task", sentence": "Bra"',
    ].map(text);
    const checks = new TaskCheck();
    for (const written of [wrong!, right!, wrong!]) {
      const { meant, problems: own } = checkTaskText(TASK_PATH, written);
      const { problems } = checks.judge({ meant, problems: own, surroundings: undefined, files: [] });
      const found = problems.get(TASK_PATH)!;
      expect(where(found, 'row-field-extra', written)).toEqual(['"other"']);
      expect(where(found, 'json-syntax', written)).toHaveLength(written === wrong ? 1 : 0);
    }
  });

  it('is not told alone where there is another one', () => {
    const codes = told(sound.replace('"new_tasks"', 'new_tasks"').replace('"trainer":', '"trainer"')).map(
      ([code]) => code,
    );
    expect(codes.filter((code) => code === 'json-syntax').length).toBeGreaterThan(1);
  });
});

describe('checkTaskFile', () => {
  it('counts the rows of each task and split, and the labels', async () => {
    const { data } = await check({});
    expect(data.tasks.get('sentiment-task')).toMatchObject({
      rows: { train: 2, validation: 2, test: 0 },
      fieldCounts: new Map([
        ['sentence', 4],
        ['label', 4],
      ]),
      labelCounts: new Map([
        ['positiva', 1],
        ['negativa', 1],
      ]),
    });
    expect(data.files.map(({ path, rows }) => [path, rows])).toEqual([
      ['project/train.jsonl', 2],
      ['project/validation.jsonl', 2],
    ]);
  });

  it('tells what hover and completion show of each field and label', async () => {
    const { data } = await check({});
    const { rowsByFile, allLabelCounts, labelsByFile, samples } = data.tasks.get('sentiment-task')!;
    expect([...rowsByFile]).toEqual([
      ['project/train.jsonl', 2],
      ['project/validation.jsonl', 2],
    ]);
    expect([...allLabelCounts]).toEqual([
      ['positiva', 2],
      ['negativa', 2],
    ]);
    expect([...labelsByFile.get('project/train.jsonl')!]).toEqual([
      ['positiva', 1],
      ['negativa', 1],
    ]);
    expect([...samples.keys()]).toEqual(['sentence', 'label']);
    expect(samples.get('sentence')!.first).toMatchObject({ text: 'Kursen stiger', length: 13 });
    expect(samples.get('sentence')!.values.map(({ text }) => text)).toContain('Vinsten minskar');
  });

  it('tells the tasks that rows name and that have no template', async () => {
    const rows = ['a', 'b'].map((text) => JSON.stringify({ taskname: 'other-task', text, label: text })).join('\n');
    const { data } = await check({ data: { 'train.jsonl': `${row('x')}\n{"taskname": "rare-task"}\n${rows}` } });
    expect([...data.otherTasks.keys()]).toEqual(['other-task', 'rare-task']);
    const { rows: counts, otherFields, samples } = data.otherTasks.get('other-task')!;
    expect(counts.train).toBe(2);
    expect([...otherFields]).toEqual([
      ['label', 2],
      ['text', 2],
    ]);
    expect(
      samples
        .get('text')!
        .values.map(({ text }) => text)
        .toSorted(),
    ).toEqual(['a', 'b']);
  });

  it('keeps a sample of many rows, the same each time, and the length of a long text', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => row(i === 0 ? 'å'.repeat(3000) : `mening ${i}`));
    const sampled = async () => {
      const { data } = await check({ data: { 'train.jsonl': rows.join('\n') } });
      return data.tasks.get('sentiment-task')!.samples.get('sentence')!;
    };
    const { first, values } = await sampled();
    expect(first).toMatchObject({ text: 'å'.repeat(1000), length: 3000 });
    expect(values).toHaveLength(256);
    const numbers = values.map(({ text }) => Number(text.split(' ')[1])).filter((number) => !Number.isNaN(number));
    expect(numbers.filter((number) => number < 2500).length).toBeGreaterThan(80);
    expect(numbers.filter((number) => number >= 2500).length).toBeGreaterThan(80);
    expect((await sampled()).values).toEqual(values);
  });

  it('keeps a file with a mistake in every row readable', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => row(`mening ${i}`, 'fel'));
    const { problems } = await check({ data: { 'train.jsonl': rows.join('\n') } });
    const unknown = problems.filter(({ code }) => code === 'row-label-unknown');
    expect(unknown).toHaveLength(101);
    expect(unknown[99]!.range.start.line).toBe(99);
    expect(unknown[100]!.range.start.line).toBe(100);
    expect(unknown[100]!.message).toBe('4900 more problems of this kind from here on; the first 100 are shown.');
  });

  it('finds all problems of one rule where each is to be fixed', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => row(`mening ${i % 1000}`, i % 2 === 0 ? 'fel' : 'positiva'));
    const request = { path: TASK_PATH, text: taskFile(), environment: environment({ 'train.jsonl': rows.join('\n') }) };
    expect(await findAll('row-label-unknown', request)).toHaveLength(2500);
    expect(await findAll('row-duplicate', request)).toHaveLength(4000);
    expect(await findAll('row-field-extra', request)).toEqual([]);
  });

  it('shows all of 101 problems', async () => {
    const rows = Array.from({ length: 101 }, (_, i) => row(`mening ${i}`, 'fel'));
    const { problems } = await check({ data: { 'train.jsonl': rows.join('\n') } });
    expect(problems.filter(({ message }) => message.startsWith('"fel" is not'))).toHaveLength(101);
  });

  it('puts the task file first, then its data files, each in order', async () => {
    const { problems } = await check({
      task: taskFile({ file: '"language": "xx", "unknown": 1' }),
      data: { 'validation.jsonl': 'x\nx', 'train.jsonl': `x\n${row('a')}\nx` },
    });
    expect(problems.map(({ file, range }) => `${file}:${range.start.line}`)).toEqual([
      `${TASK_PATH}:5`,
      `${TASK_PATH}:6`,
      `${TASK_PATH}:6`,
      'project/train.jsonl:0',
      'project/train.jsonl:2',
      'project/validation.jsonl:0',
      'project/validation.jsonl:1',
    ]);
  });

  it('finds in the text alone what the whole check finds there', async () => {
    const task = taskFile({ of: '"virtual_token_splits": [0], "truncate_field": "label"' });
    const alone = checkTaskText(TASK_PATH, task).problems;
    expect(alone.map(({ code }) => code).sort()).toEqual(['split-zero', 'truncate-is-answer']);
    expect((await check({ task })).problems).toEqual(expect.arrayContaining(alone));
  });

  it.each([
    [
      { of: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {taskname} {sentence}:{label}"' },
      'The "taskname" of a row names its task; it is no field that a template could use.',
    ],
    [
      {
        of: '"prompt_template": "<|VIRTUAL_PROMPT_0|>{sentence}<|VIRTUAL_PROMPT_1|>:{label}", "total_virtual_tokens": 1',
      },
      '1 virtual token is too few for 2 markers, each of which needs one.',
    ],
    [{ file: '"data": { "train_ds": null }' }, '"train_ds" must be a list, or a text that is not empty.'],
  ])('says what is wrong with %j', async (keys, message) => {
    const { problems } = await check({ task: taskFile(keys) });
    expect(problems.map((problem) => problem.message)).toContain(message);
  });

  it('says whether a long row is cut or skipped', async () => {
    const long = { 'train.jsonl': row(Array(40).fill('bra').join(' ')) };
    const message = async (of: string): Promise<string> => {
      const { problems } = await check({ task: taskFile({ of }), data: long });
      return problems.find(({ code }) => code === 'row-too-long')!.message;
    };
    expect(await message('"truncate_field": null')).toBe(
      'This row has 57 tokens, more than the 48 it may have: it is skipped, since there is no "truncate_field".',
    );
    expect(await message('"truncate_field": "sentence"')).toBe(
      'This row has 57 tokens, more than the 48 it may have: the last 9 tokens of "sentence" are cut off.',
    );
  });

  it('points from a template problem to the row behind it', async () => {
    const { problems } = await check({
      task: taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT_0|>{sentense}{label}"' }),
    });
    expect(problems.find(({ code }) => code === 'placeholder-unknown')!.related).toMatchObject([
      { file: 'project/train.jsonl', range: { start: { line: 0, character: 0 } } },
    ]);
  });

  it('says of a model whose tokeniser is given up over a row or an example that it cannot be opened', async () => {
    const example = `"examples": [${row('Kursen hänger', 'negativa')}], "data": { "train_ds": ["train.jsonl"], "max_seq_length": 20 }`;
    for (const fixture of [{ data: { 'train.jsonl': row('Kursen hänger') } }, { task: taskFile({ file: example }) }]) {
      const model = modelGivenUpAt('hänger');
      const { problems, surroundings } = await check({ ...fixture, environment: { model: async () => model } });
      const found = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
      expect(found).toEqual(['The model "demo" cannot be opened: tokenizer.json is not used any more.']);
      expect(surroundings.model.kind).toBe('not-found');
    }
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const environment = {
      resolvePath: (_: string, path: string) => path,
      readFile: async () => (async function* () {})(),
      model: async (): Promise<ModelFacts> => ({ kind: 'not-found', missing: [] }),
      promptTable: async () => undefined,
    };
    const request = { path: TASK_PATH, text: taskFile(), environment, signal: controller.signal };
    await expect(checkTaskFile(request)).rejects.toThrow('enough');
  });
});

const MARKER = '<|VIRTUAL_PROMPT_0|>';
const fixes: Record<string, { code: string; fixture: Fixture }> = {
  'set the total to the sum': {
    code: 'split-sum',
    fixture: { task: taskFile({ of: '"total_virtual_tokens": 10, "virtual_token_splits": [8]' }) },
  },
  'number the markers in order': {
    code: 'marker-order',
    fixture: { task: taskFile({ of: `"prompt_template": "\\n<|VIRTUAL_PROMPT_3|> {sentence}${MARKER}:{label}"` }) },
  },
  'correct a marker': {
    code: 'marker-malformed',
    fixture: { task: taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT0|> {sentence}:{label}"' }) },
  },
  'add a marker': {
    code: 'marker-missing',
    fixture: { task: taskFile({ of: '"prompt_template": "{sentence}:{label}"' }) },
  },
  'correct a placeholder': {
    code: 'placeholder-unknown',
    fixture: { task: taskFile({ of: `"prompt_template": "${MARKER} {sentense}:{label}"` }) },
  },
  'move the answer to the end': {
    code: 'answer-not-last',
    fixture: { task: taskFile({ of: `"prompt_template": "${MARKER} {label}: {sentence}", "answer_only_loss": true` }) },
  },
  'correct the answer field': {
    code: 'answer-field-missing',
    fixture: { task: taskFile({ of: '"answer_field": "lable"' }) },
  },
  'correct a key': { code: 'schema', fixture: { task: taskFile({ file: '"existing_task": []' }) } },
  'correct a value': { code: 'schema', fixture: { task: taskFile({ file: '"virtual_prompt_style": "ptuning"' }) } },
  'correct a task': {
    code: 'task-without-template',
    fixture: { task: taskFile({ file: '"new_tasks": ["sentiment-taks"]', of: '' }) },
  },
  'correct the field to truncate': {
    code: 'truncate-field-unknown',
    fixture: { task: taskFile({ file: `"task_templates": [${template('"truncate_field": "Sentence"')}]` }) },
  },
};

describe('a fix removes its problem', () => {
  it.each(Object.entries(fixes))('%s', async (_, { code, fixture }) => {
    const of = (problems: Problem[]): Problem[] => problems.filter((problem) => problem.code === code);
    const [problem] = of((await check(fixture)).problems);
    const task = applied(fixture.task!, problem!.fixes![0]!);
    expect(of((await check({ ...fixture, task })).problems)).toEqual([]);
  });
});

function applied(text: string, { edits }: ProblemFix): string {
  const lines = new LineIndex(text);
  return [...edits]
    .map(({ range, newText }) => ({ start: lines.offset(range.start), end: lines.offset(range.end), newText }))
    .sort((a, b) => b.start - a.start)
    .reduce((result, { start, end, newText }) => result.slice(0, start) + newText + result.slice(end), text);
}

it('underlines what a reader would point at', async () => {
  const task = taskFile({ of: '"virtual_token_splits": [0]' });
  const { problems } = await check({ task });
  expect(problems.map((problem) => underlined(unmark(task).text, problem))).toEqual(['0']);
});
