import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { expectedOf, isRight } from '../../../engine/src/answer/row-facts.ts';
import { RowStore } from '../../../engine/src/data/row-store.ts';
import type { Row } from '../../../engine/src/data/tokenise.ts';
import { evaluateRows, rowsOfTask } from '../../../engine/src/evaluate/evaluate-rows.ts';
import { evaluateTask } from '../../../engine/src/evaluate/evaluate-task.ts';
import { majority } from '../../../engine/src/evaluate/majority.ts';
import { type BaselineRows, runBaseline } from '../../../engine/src/evaluate/run-baseline.ts';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { type Prediction, TaskPredictor } from '../../../engine/src/predict/task-predictor.ts';
import { dataPaths, rowTokeniser, templateOf } from '../../../engine/src/project.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { writeSmallBackbone } from '../train/small-backbone.ts';
import { type Json, open, writeProject } from '../train/small-project.ts';
import { storesSeen } from '../train/stores-seen.ts';

/** Answers each row with what the row has in `said`; undefined where it has nothing. */
const oracle = {
  predict: async (rows: readonly Row[]) =>
    rows.map((row): Prediction | undefined =>
      typeof row.said === 'string' ? { text: row.said, candidates: undefined, cut: row.cut === 'yes' } : undefined,
    ),
} as unknown as TaskPredictor;

const stores: RowStore[] = [];
afterAll(() => {
  for (const store of stores) store.close();
});

async function opened(rows: Json[], taskname = 'mood', keys: Json = {}) {
  const project = await open(writeProject(keys, { 'test.jsonl': rows }));
  const template = templateOf(project, taskname);
  const tokeniser = rowTokeniser(project, template);
  const store = async (files: readonly string[]): Promise<BaselineRows['train']> => {
    const rowStore = await RowStore.open(dataPaths(project, files), [taskname], (row) => tokeniser.row(row));
    stores.push(rowStore);
    return { store: rowStore, numbers: rowsOfTask(rowStore, taskname) };
  };
  return { project, template, train: await store(['train.jsonl']), test: await store(['test.jsonl']) };
}

const mood = (label: string, said?: string): Json => ({
  taskname: 'mood',
  text: `${label} ${said}`,
  label,
  ...(said === undefined ? {} : { said }),
});

describe('evaluated rows', () => {
  it('count the label that an answer is a form of', async () => {
    const rows = [mood('g', 'good'), mood('good', 'good'), mood('b', 'good'), mood('bad', 'bad'), mood('bad')];
    const { template, test } = await opened(rows);
    const { rows: evaluated, metrics } = await evaluateRows(oracle, template, test.store, test.numbers);
    expect(evaluated.map(({ truth, correct }) => [truth, correct])).toEqual([
      ['good', true],
      ['good', true],
      ['bad', false],
      ['bad', true],
      ['bad', false],
    ]);
    expect(metrics).toMatchObject({ rows: 5, correct: 3, accuracy: 0.6 });
    expect(evaluated.map(({ place }) => place.line)).toEqual([0, 1, 2, 3, 4]);
    expect(path.basename(evaluated[0]!.place.file)).toBe('test.jsonl');
  });

  it('count generated text that is the answer, outer blanks aside', async () => {
    const row = (answer: string, said: string): Json => ({ taskname: 'echo', text: said, answer, said });
    const keys = { new_tasks: ['mood', 'echo'], data: { train_ds: ['train.jsonl', 'echo.jsonl'] } };
    const { template, test } = await opened([row('a b', ' a b\n'), row('a b', 'A b'), row('c', 'd')], 'echo', keys);
    const { rows, metrics } = await evaluateRows(oracle, template, test.store, test.numbers);
    expect(rows.map(({ correct }) => correct)).toEqual([true, false, false]);
    expect(metrics).toMatchObject({ rows: 3, correct: 1 });
  });

  it('count slots or words of generated text, and answers that were cut', async () => {
    const row = (answer: string, said: string, cut = 'no'): Json => ({
      taskname: 'echo',
      text: said,
      answer,
      said,
      cut,
    });
    const keys = { new_tasks: ['mood', 'echo'], data: { train_ds: ['train.jsonl', 'echo.jsonl'] } };
    const measured = async (...rows: Json[]) => {
      const { template, test } = await opened(rows, 'echo', keys);
      return (await evaluateRows(oracle, template, test.store, test.numbers)).metrics;
    };
    const slots = await measured(row('a; b: c', 'a; b: d'), row('d; b: c', 'a; b: c', 'yes'));
    expect(slots).toMatchObject({ correct: 0, slots: { intentAccuracy: 0.5, f1: 0.5 }, wordF1: undefined, cut: 1 });
    const words = await measured(row('a b', 'a c'), row('d', 'd'));
    expect(words).toMatchObject({ correct: 1, slots: undefined, wordF1: 0.75, cut: 0 });
  });

  it('count generated text with its accents apart or not, as tokenisers differ in', async () => {
    const [composed, apart] = ['Åre', 'A\u030are'];
    const rows = [composed, apart].map((answer): Json => ({ taskname: 'echo', text: answer, answer, said: 'Åre' }));
    const keys = { new_tasks: ['mood', 'echo'], data: { train_ds: ['train.jsonl', 'echo.jsonl'] } };
    const { template, test } = await opened(rows, 'echo', keys);
    const { rows: evaluated, metrics } = await evaluateRows(oracle, template, test.store, test.numbers);
    expect([metrics.correct, ...evaluated.map(({ correct }) => correct)]).toEqual([2, true, true]);
    expect(isRight(expectedOf(template, rows[1]!), 'Åre')).toBe(true);
  });

  it('are all evaluated, in order, where they are more than are read at a time', async () => {
    const rows = Array.from({ length: 1100 }, (_, n) => mood(n % 7 ? 'good' : 'bad', 'good'));
    const { template, test } = await opened(rows);
    const { rows: evaluated, metrics } = await evaluateRows(oracle, template, test.store, test.numbers);
    expect(evaluated.map(({ place }) => place.line)).toEqual(rows.map((_, n) => n));
    expect(metrics.correct).toBe(rows.filter(({ label }) => label === 'good').length);
  });

  it('cannot be none', async () => {
    const { template, test } = await opened([mood('good')]);
    await expect(evaluateRows(oracle, template, test.store, [])).rejects.toThrow(RangeError);
  });
});

describe('the commonest label', () => {
  it('is counted with its other forms', async () => {
    const { template, test } = await opened([
      mood('bad'),
      mood('g'),
      mood('good', 'x'),
      mood('bad', 'y'),
      mood('g', 'z'),
    ]);
    expect(majority(template, test.store, test.numbers)).toEqual({ label: 'good', share: 0.6 });
    expect(majority(template, test.store, [])).toBeUndefined();
    expect(majority({ ...template, labels: null }, test.store, test.numbers)).toBeUndefined();
  });
});

describe('the frozen model', () => {
  it('answers without, with one and with as many examples as fit, and the same each time', async () => {
    const { project, template, train, test } = await opened([mood('good'), mood('bad')]);
    const predictor = new Predictor(project.backbone);
    const run = (baseline: 'zero' | 'one' | 'few') =>
      runBaseline(project, predictor, template, baseline, { train, evaluated: test });
    const [zero, one, few] = [await run('zero'), await run('one'), await run('few')];
    expect([zero.shots, one.shots]).toEqual([0, 1]);
    expect(few.shots).toBeGreaterThan(1);
    // 64 positions, and an example has about 13 tokens.
    expect(few.shots).toBeLessThan(5);
    for (const { evaluation } of [zero, one, few]) {
      expect(evaluation.rows).toHaveLength(2);
      for (const { prediction } of evaluation.rows) expect(prediction!.candidates).toHaveLength(2);
    }
    expect(await run('few')).toEqual(few);
    expect(one.evaluation.rows[0]!.prediction).not.toEqual(zero.evaluation.rows[0]!.prediction);
    await predictor.release();
  });

  it('reads each row once where it is shown no examples, for which there need not be room', async () => {
    const { project, template, train, test } = await opened([mood('good'), mood('bad')]);
    const predictor = new Predictor(project.backbone);
    const read = vi.spyOn(test.store, 'row');
    await runBaseline(project, predictor, template, 'zero', { train, evaluated: test });
    expect(read.mock.calls).toEqual([[0], [1]]);
    await predictor.release();
  });

  it('gets the examples that fit, whatever rows there are that do not', async () => {
    const short = [mood('good'), mood('bad')];
    const long = Array.from({ length: 30 }, (_, n) => ({ ...mood('good'), text: `${n}`.padEnd(50, 'x') }));
    const { project, template, test } = await opened([...short, ...long]);
    const predictor = new Predictor(project.backbone);
    const rows = { train: test, evaluated: { store: test.store, numbers: [0, 1] } };
    for (const [baseline, shots] of [
      ['one', 1],
      ['few', 2],
    ] as const)
      expect(await runBaseline(project, predictor, template, baseline, rows)).toMatchObject({ shots });
    await predictor.release();
  });
});

it('the frozen model is shown labels as they are scored, in whatever form a row has them', async () => {
  const { project, template, test } = await opened([mood('g'), mood('b')]);
  const predictor = new Predictor(project.backbone);
  const cached = vi.spyOn(predictor, 'cachePrefix');
  await runBaseline(project, predictor, template, 'few', { train: test, evaluated: test });
  const shown = project.tokenizer.decode([...cached.mock.calls[0]![0]]);
  expect(shown.match(/: \w+\n/g)?.sort()).toEqual([': bad\n', ': good\n']);
  await predictor.release();
});

it('labels end as those of examples do, with their line, and without examples with their own tokens', async () => {
  const { project, template, test } = await opened([mood('good'), mood('bad')]);
  const { tokenizer } = project;
  const predictor = new Predictor(project.backbone);
  const scored = vi.spyOn(predictor, 'score');
  const labelsWith = (end: number[]) => ['good', 'bad'].map((label) => [...tokenizer.encode(` ${label}`), ...end]);
  for (const add_eos of [true, false]) {
    const of = { ...project, file: { ...project.file, data: { ...project.file.data, add_eos } } };
    for (const [baseline, end] of [
      ['zero', []],
      ['one', tokenizer.encode('\n')],
      ['few', tokenizer.encode('\n')],
    ] as const) {
      scored.mockClear();
      await runBaseline(of, predictor, template, baseline, { train: test, evaluated: test });
      for (const { branches } of scored.mock.calls[0]![1]) {
        expect(branches.map((ids) => [...ids])).toEqual(labelsWith([...end]));
      }
    }
  }
  await predictor.release();
});

it('the frozen model gets examples of 2048 tokens at most, however many its context has room for', async () => {
  const model = writeSmallBackbone(path.join(temporaryFolder(), 'model'), { positions: 8192 });
  const rows = Array.from({ length: 300 }, (_, n) => ({ ...mood(n % 2 ? 'good' : 'bad'), text: `${n}` }));
  const { project, template, test } = await opened(rows, 'mood', { model });
  const predictor = new Predictor(project.backbone);
  const cached = vi.spyOn(predictor, 'cachePrefix').mockRejectedValue(new Error('seen'));
  const asked = { train: test, evaluated: { store: test.store, numbers: [0, 1] } };
  await expect(runBaseline(project, predictor, template, 'few', asked)).rejects.toThrow('seen');
  const tokens = cached.mock.calls[0]![0].length;
  expect(tokens).toBeLessThanOrEqual(2048);
  expect(tokens).toBeGreaterThan(2000);
});

it('the frozen model’s answer ends with its line, as those of its examples do', async () => {
  const echo = (answer: string): Json => ({ taskname: 'echo', text: 't', answer });
  // An answer may have 64 tokens, and an example needs room, too.
  const model = writeSmallBackbone(path.join(temporaryFolder(), 'model'), { positions: 128 });
  const keys = { model, new_tasks: ['mood', 'echo'], data: { train_ds: ['train.jsonl', 'echo.jsonl'] } };
  const predict = vi.spyOn(TaskPredictor.prototype, 'predict');
  predict.mockImplementation(async (rows) =>
    rows.map(() => ({ text: 'a \nSayt!b\n', candidates: undefined, cut: true })),
  );
  const measured = async (answers: string[], baseline: 'zero' | 'one') => {
    const { project, template, test } = await opened(answers.map(echo), 'echo', keys);
    const predictor = new Predictor(project.backbone);
    const rows = { train: test, evaluated: test };
    const { metrics } = (await runBaseline(project, predictor, template, baseline, rows)).evaluation;
    return metrics;
  };
  // What ends with its line is not cut, however the model went on.
  expect(await measured(['a', 'b'], 'one')).toMatchObject({ correct: 1, cut: 0 });
  // A line break behind an answer is none in it.
  expect(await measured(['a\n', 'b'], 'one')).toMatchObject({ correct: 1, cut: 0 });
  expect(await measured(['a', 'b'], 'zero')).toMatchObject({ correct: 0, cut: 2 });
  expect(await measured(['x', 'a \nSayt!b'], 'one')).toMatchObject({ correct: 1, cut: 2 });
  predict.mockRestore();
});

it('training rows are read only where some are shown to the frozen model, and files are closed', async () => {
  const { project, template } = await opened([mood('good'), mood('bad')]);
  const predictor = new Predictor(project.backbone);
  const stores = storesSeen(RowStore);
  const openStore = vi.spyOn(RowStore, 'open');
  const filesRead = async (baselines: ('zero' | 'one')[]) => {
    openStore.mockClear();
    await evaluateTask(project, predictor, template, { split: 'test', baselines, virtual: undefined });
    return openStore.mock.calls.map(([files]) => files.map((file) => path.basename(file)));
  };
  expect(await filesRead(['zero'])).toEqual([['test.jsonl'], []]);
  expect(await filesRead(['zero', 'one'])).toEqual([['test.jsonl'], ['train.jsonl']]);
  expect(stores).toEqual({ opened: 4, closed: 4 });
  vi.restoreAllMocks();
  await predictor.release();
});

it('a task without an answer is not evaluated', async () => {
  const task_templates = [{ taskname: 'mood', prompt_template: '<|VIRTUAL_PROMPT_0|> {text}: {label}' }];
  const { project, template } = await opened([mood('good')], 'mood', { task_templates });
  const options = { split: 'test', baselines: ['zero'], virtual: undefined } as const;
  const evaluated = evaluateTask(project, new Predictor(project.backbone), template, options);
  await expect(evaluated).rejects.toThrow(/template of 'mood' has no "answer_field"/);
});
