import { describe, expect, it, vi } from 'vitest';
import { checkTaskText } from '../../../task/src/check.ts';
import { TaskContext } from '../../../task/src/context.ts';
import { type FiredRow, mergedGroups } from '../../../task/src/data/fired-rows.ts';
import type { ModelFacts } from '../../../task/src/environment.ts';
import { leastWithRepeat } from '../../../task/src/repeated-fields.ts';
import { rules } from '../../../task/src/rules/index.ts';
import { TokenMeter } from '../../../task/src/tokens.ts';
import { THOROUGH } from '../../thorough.ts';
import { check, demoModel, environment, row, TASK_PATH, taskFile } from './harness.ts';

/*
 * Task files that are made to keep whoever looks at them: each took minutes, or the memory, of an editor that only found it in a
 * folder. That each of these ends is what is tested.
 */

vi.setConfig({ testTimeout: 60_000 });

const file = (keys: object) => JSON.stringify({ model: 'demo', ...keys });
const template = (prompt_template: string) => file({ task_templates: [{ taskname: 't', prompt_template }] });
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const HOSTILE: Readonly<Record<string, string>> = {
  'unknown keys': file(Object.fromEntries(many(40_000, (i) => [`k${i}`, 1]))),
  'one key, often': `{${many(60_000, () => '"model":1').join()}}`,
  'markers in the wrong order': template(many(20_000, () => '<|VIRTUAL_PROMPT_7|>').join('')),
  'malformed markers': template('<|VIRTUAL_PROMPT_'.repeat(40_000)),
  'malformed placeholders': template(`<|VIRTUAL_PROMPT_0|>${'{'.repeat(150_000)}`),
  'tasks without a template': file({ new_tasks: many(30_000, (i) => `t${i}`), existing_tasks: ['u'] }),
  'templates of one name': file({
    task_templates: many(10_000, () => ({ taskname: 't', prompt_template: '<|VIRTUAL_PROMPT_0|>{a}{b}' })),
  }),
  'comments that do not end': '/*'.repeat(300_000),
  'splits of nothing': file({
    task_templates: [
      {
        taskname: 't',
        prompt_template: 'a {b}',
        total_virtual_tokens: 2 ** 20,
        virtual_token_splits: many(200_000, () => 0),
      },
    ],
  }),
  'a long text': file({ examples: [{ taskname: 't', a: 'x'.repeat(2 ** 20) }] }),
};

describe('a task file with too much of one thing is told so, and refused', () => {
  it.each(Object.keys(HOSTILE))('%s', (name) => {
    const { problems } = checkTaskText(TASK_PATH, HOSTILE[name]!);
    expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
    expect(problems.length).toBeLessThan(3_000);
  });

  it('templates', async () => {
    const task_templates = many(4_000, (i) => ({ taskname: `t${i}`, prompt_template: '<|VIRTUAL_PROMPT_0|>{a}{b}' }));
    const { problems } = await check({ task: file({ task_templates }) });
    expect(problems.length).toBeLessThan(3_000);
  });

  it('labels', async () => {
    const labels = Object.fromEntries(many(30_000, (i) => [`l${i}`, []]));
    const task = taskFile({ of: `"labels": ${JSON.stringify(labels)}` });
    const { problems } = await check({ task });
    expect(problems.map(({ code }) => code)).toContain('row-label-unknown');
    expect(problems.length).toBeLessThan(3_000);
  });

  it('a label that is as long as a book, where nothing says that an answer has ended', async () => {
    const labels = { a: [], [`a${' b'.repeat(200_000)}`]: [], [' c'.repeat(200_000)]: [] };
    const task = taskFile({
      file: '"data": { "train_ds": ["train.jsonl"], "add_eos": false }',
      of: `"labels": ${JSON.stringify(labels)}`,
    });
    const { problems } = await check({ task });
    expect(problems.filter(({ code }) => code === 'answer-end-missing')).toHaveLength(1);
  });

  it('places for one field that no row has', async () => {
    const prompt_template = `<|VIRTUAL_PROMPT_0|>${'{a}'.repeat(12_000)}{label}`;
    const { problems } = await check({ task: taskFile({ of: `"prompt_template": "${prompt_template}"` }) });
    const unknown = problems.filter(({ code }) => code === 'placeholder-unknown');
    expect(unknown).toHaveLength(1_001);
    expect(unknown[0]?.fixes?.[0]?.edits).toHaveLength(12_000);
  });

  it('fields, of which the rows have all or none', async () => {
    const fields = many(THOROUGH ? 80_000 : 10_000, (i) => `a${i}`);
    const prompt_template = `<|VIRTUAL_PROMPT_0|>${fields.map((field) => `{${field}}`).join('')}{label}`;
    const whole = { ...JSON.parse(row('x')), ...Object.fromEntries(fields.map((field) => [field, 'x'])) };
    const { problems } = await check({
      task: taskFile({ of: `"prompt_template": "${prompt_template}"` }),
      data: { 'train.jsonl': `${JSON.stringify(whole)}\n${row('y')}` },
    });
    expect(problems.filter(({ code }) => code === 'row-field-missing')).toHaveLength(202);
  }, 240_000);

  it('data files', async () => {
    const asked = new Set<string>();
    const readFile = async (path: string) => {
      asked.add(path);
      return 'not-found' as const;
    };
    const task = file({ data: { train_ds: many(20_000, (i) => `f${i}.jsonl`), test_ds: ['g.jsonl'] } });
    const { problems } = await check({ task, environment: environment({}, { readFile }) });
    expect(problems.map(({ message }) => message)).toContain('A task file names at most 2000 data files.');
    expect(asked.size).toBe(2_000);
  });
});

it('a row that is nested without end is told, and the next is read', async () => {
  const nested = `{"taskname":"sentiment-task","sentence":${'['.repeat(100_000)}${']'.repeat(100_000)},"label":"positiva"}`;
  const { problems } = await check({ data: { 'train.jsonl': `${nested}\n${row('Kursen stiger', 'okänd')}` } });
  expect(problems.map(({ code, range }) => [code, range.start.line])).toEqual([
    ['row-syntax', 0],
    ['row-label-unknown', 1],
  ]);
});

it('of many problems of a kind the first are told, with what mends them, and that there are more', () => {
  const { problems } = checkTaskText(TASK_PATH, HOSTILE['unknown keys']!);
  const unknown = problems.filter(({ message }) => message.startsWith('Unknown key'));
  expect(unknown).toHaveLength(1_000);
  expect(unknown.every(({ fixes }) => fixes !== undefined)).toBe(true);
  expect(problems.find(({ severity }) => severity === 'error')?.message).toMatch(
    /^There are more problems of this kind/,
  );
});

it('an ordinary file is none of these', () => {
  const { problems } = checkTaskText(TASK_PATH, file(Object.fromEntries(many(900, (i) => [`k${i}`, 1]))));
  expect(problems.filter(({ message }) => message.startsWith('Unknown key'))).toHaveLength(900);
  expect(problems.some(({ message }) => message.startsWith('There are more'))).toBe(false);
});

/** More than a call takes arguments. */
const MANY = 150_000;

it('a row may have any number of fields', () => {
  const fields = many(MANY, () => 'ab');
  expect(leastWithRepeat(fields, [])).toBe(1 + 7 * (MANY + 1));
});

it('any number of rows may have one fault', () => {
  const group = { rule: rules[0]!, group: '', count: MANY, rows: many(MANY, (line) => ({ line }) as FiredRow) };
  expect(mergedGroups([group])).toMatchObject([{ count: MANY }]);
});

it('a template may have any number of labels', () => {
  const labels = Object.fromEntries(many(MANY, (i) => [`${i}`, []]));
  const context = new TaskContext(TASK_PATH, taskFile({ of: `"labels": ${JSON.stringify(labels)}` }));
  const model = demoModel as ModelFacts & { kind: 'ok' };
  expect(new TokenMeter(model, model.tokenizer!, context.file).safeLength(context.templates[0]!)).toBeGreaterThan(0);
});
