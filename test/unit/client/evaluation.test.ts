import { describe, expect, it, vi } from 'vitest';
import { EngineDied, EngineError, NotAllowed } from '../../../client/src/engine/engine-error.ts';
import type { PredictionEngine } from '../../../client/src/engine/prediction-engine.ts';
import { type Evaluation, evaluate } from '../../../client/src/evaluate/evaluation.ts';
import { evaluationReport } from '../../../client/src/evaluate/report-text.ts';
import type {
  EvaluatedParams,
  EvaluatedRow,
  EvaluateParams,
  EvaluationMetrics,
  TaskEvaluation,
} from '../../../protocol/src/evaluating.ts';
import { english } from './texts.ts';

const row = (line: number, answer: string, expected: string): EvaluatedRow => ({
  file: '/w/test.jsonl',
  line,
  text: ` Row ${line} | Sentiment:`,
  expected,
  answer: { text: answer, candidates: undefined, cut: false, right: answer === expected },
  right: answer === expected,
});

/** How one of two rows was right. */
const HALF = {
  answerer: 'trained',
  shots: 0,
  rows: 2,
  correct: 1,
  accuracy: 0.5,
  accuracyInterval: [0.1, 0.9],
} as const;

const task: TaskEvaluation = {
  taskname: 'sentiment-task',
  split: 'test',
  files: ['/w/test.jsonl'],
  prompt: { state: 'current', key: '', trained: undefined },
  skipped: 0,
  unreachable: 0,
  majority: { label: 'good', share: 0.5 },
  results: [
    {
      ...HALF,
      macroF1: 0.3333,
      labels: [{ label: 'good', rows: 1, predicted: 2, correct: 1, precision: 0.5, recall: 1, f1: 2 / 3 }],
      confusion: {
        labels: ['good', 'bad'],
        counts: [
          [1, 0, 0],
          [1, 0, 0],
        ],
      },
    },
    {
      answerer: 'few',
      shots: 9,
      rows: 2,
      correct: 0,
      accuracy: 0,
      accuracyInterval: [0, 0.658],
      macroF1: 0,
      labels: [],
      confusion: { labels: [], counts: [] },
    },
  ],
};

const evaluation: Evaluation = { task, rows: new Map([['trained', [row(0, 'good', 'good'), row(1, 'good', 'bad')]]]) };

const report = (of: Evaluation) =>
  evaluationReport([of], {
    texts: english,
    shortName: (file) => file.slice('/w/'.length),
    link: (file, line) => `file://${file}#L${line + 1}`,
  });

describe('the report', () => {
  it('says what it was measured on', () =>
    expect(report(evaluation)).toContain('Measured on 2 test rows of test\\.jsonl, which were not trained on'));
  it('counts a single row as one', () => {
    const results = task.results.map((result) => ({ ...result, rows: 1 }));
    expect(report({ ...evaluation, task: { ...task, results } })).toContain(
      '1 test row of test\\.jsonl, which was not',
    );
    const validated: Evaluation = { ...evaluation, task: { ...task, results, split: 'validation' } };
    expect(report(validated)).toContain('1 validation row of test\\.jsonl: the best epoch was chosen by it');
  });
  it('sets the prompt beside what it is compared with', () => {
    expect(report(evaluation)).toContain('| trained prompt | 1/2 | 50.0% | 10.0% – 90.0% | 0.333 |');
    expect(report(evaluation)).toContain('| without a prompt, 9 examples | 0/2 | 0.0% | 0.0% – 65.8% | 0.000 |');
    expect(report(evaluation)).toContain('Always answering **good** would be right in 50.0% of the rows.');
  });
  it('has the confusion matrix', () => {
    expect(report(evaluation)).toContain('| answer ↓ prediction → | good | bad |');
    expect(report(evaluation)).toContain('| **bad** | 1 | **0** |');
  });
  it('has slots and words of generated answers, and says which were cut', () => {
    const slot = { expected: 4, predicted: 5, correct: 2, precision: 0.4, recall: 0.5, f1: 4 / 9 };
    const slots = { intentAccuracy: 0.75, ...slot, names: [{ name: 'time_of', ...slot, predicted: 2, precision: 1 }] };
    const generated = { ...HALF, slots, wordF1: undefined, cut: 2 };
    const of = (...results: EvaluationMetrics[]) =>
      report({ ...evaluation, task: { ...task, majority: undefined, results } });
    const text = of(generated, { ...generated, slots: { ...slots, f1: 0 } });
    expect(text).toContain('|  | right | exact match | 95% interval | intent | slot F1 |\n');
    expect(text).toContain('| trained prompt | 1/2 | 50.0% | 10.0% – 90.0% | 75.0% | 0.444 |\n');
    expect(text).toContain('2 answers (…) were cut: no more tokens are generated.');
    expect(text).toContain(
      `## Slots

| slot | in the rows | predicted | precision | recall | F1 |
| --- | --- | --- | --- | --- | --- |
| time\\_of | 4 | 2 | 100.0% | 50.0% | 44.4% |
| **all slots** | 4 | 5 | 40.0% | 50.0% | 44.4% |

`,
    );
    const words = { ...generated, slots: undefined, wordF1: 0.625, cut: 1 };
    expect(of(words)).toContain('| trained prompt | 1/2 | 50.0% | 10.0% – 90.0% | 0.625 |');
    expect(of(words)).toContain('1 answer (…) was cut');
    expect(of(words)).not.toContain('1 answers');
    expect(of(words)).not.toContain('## Slots');
    const cut = { ...row(3, 'go', 'good'), answer: { ...row(3, 'go', 'good').answer!, cut: true } };
    expect(report({ task, rows: new Map([['trained', [cut]]]) })).toContain('| good | go… |');
  });
  it('lists the wrong rows, each with a link to its line, and keeps the table whole', () =>
    expect(report(evaluation)).toContain(
      '| [test\\.jsonl:2](file:///w/test.jsonl#L2) | Row 1 \\| Sentiment: | bad | good |',
    ));
  it('says so where none is wrong', () =>
    expect(report({ task, rows: new Map([['trained', [row(0, 'good', 'good')]]]) })).toContain('None.'));
  it('says how many rows are too long', () => {
    expect(report({ ...evaluation, task: { ...task, skipped: 1 } })).toContain('1 row is too long and was left out.');
    expect(report({ ...evaluation, task: { ...task, skipped: 2 } })).toContain('2 rows are too long and were left out');
    expect(report(evaluation)).not.toContain('longer than what is generated');
    expect(report({ ...evaluation, task: { ...task, unreachable: 1 } })).toContain(
      'The answer of 1 row is longer than',
    );
    expect(report({ ...evaluation, task: { ...task, unreachable: 2 } })).toContain('The answers of 2 rows are longer');
    expect(report(evaluation)).not.toContain('too long');
  });
  it('says nothing of rows where a prompt was not measured', () => {
    const untrained = { ...task, prompt: { state: 'untrained', key: '', message: '' }, results: [] } as const;
    expect(report({ task: untrained, rows: new Map() })).toBe('# sentiment\\-task\n\nnot trained yet');
  });
  it('says why a task was not measured', () =>
    expect(report({ task: { ...task, results: [], problem: 'no rows' }, rows: new Map() })).toMatch(/no rows$/));
  it('says that validation rows have chosen the epoch', () =>
    expect(report({ ...evaluation, task: { ...task, split: 'validation' } })).toContain(
      'validation rows of test\\.jsonl: the best epoch was chosen by them',
    ));
});

describe('an evaluation', () => {
  const request = { file: '/w/a.ptask.json', tasknames: [], baselines: [] };

  /** An engine that has rows in these splits. */
  const engineWith = (...splits: string[]) =>
    ({
      async request(
        _: string,
        { token, split }: EvaluateParams,
        { listen }: { listen: { evaluated(params: EvaluatedParams): void } },
      ) {
        if (!splits.includes(split)) throw new EngineError(`no ${split} row`, 'input');
        for (const line of [0, 1]) {
          const told = { taskname: 'sentiment-task', answerer: 'trained', done: line + 1, total: 2 } as const;
          listen.evaluated({ ...told, token, rows: [row(line, 'good', 'good')] });
          listen.evaluated({ ...told, token: 'of another', rows: [row(line, 'bad', 'good')] });
        }
        return { tasks: [{ ...task, split }] };
      },
    }) as unknown as PredictionEngine;

  const run = (engine: PredictionEngine) => evaluate(engine, request, () => undefined, new AbortController().signal);

  it('gathers the rows of its own', async () => {
    const [evaluated] = await run(engineWith('test', 'validation'));
    expect(evaluated?.task.split).toBe('test');
    expect(evaluated?.rows.get('trained')?.map(({ line, right }) => [line, right])).toEqual([
      [0, true],
      [1, true],
    ]);
  });
  it('takes validation rows where there are no test rows', async () =>
    expect((await run(engineWith('validation')))[0]?.task.split).toBe('validation'));
  it('takes validation rows of the tasks alone that have no test rows, where they have any', async () => {
    const rows: Record<string, string[]> = { a: ['test', 'validation'], b: ['validation'], c: [] };
    const asked: unknown[] = [];
    const engine = {
      async request(_: string, { tasknames, split }: EvaluateParams) {
        asked.push([split, tasknames]);
        const names = tasknames.length > 0 ? tasknames : Object.keys(rows);
        const tasks = names.map((taskname) => ({
          ...task,
          taskname,
          split,
          ...(rows[taskname]!.includes(split) ? {} : { problem: `no ${split} row` }),
        }));
        return { tasks };
      },
    } as unknown as PredictionEngine;
    expect((await run(engine)).map(({ task }) => [task.taskname, task.split, task.problem])).toEqual([
      ['a', 'test', undefined],
      ['b', 'validation', undefined],
      ['c', 'test', 'no test row'],
    ]);
    expect(asked).toEqual([
      ['test', []],
      ['validation', ['b', 'c']],
    ]);
  });
  it('fails with the first reason where there are neither', async () =>
    expect(run(engineWith())).rejects.toThrow('no test row'));
  it('is not asked for a second time where the user does not allow it', async () => {
    const asked = vi.fn(async () => {
      throw new NotAllowed('not allowed', 'input');
    });
    await expect(run({ request: asked } as unknown as PredictionEngine)).rejects.toThrow('not allowed');
    expect(asked).toHaveBeenCalledOnce();
  });
  it.each([
    ['is cancelled', new EngineError('withdrawn', 'cancelled')],
    ['ends with its engine', new EngineDied('SIGKILL', [])],
  ])('says so where it %s among the validation rows', async (_, end) => {
    const withoutTests = engineWith();
    const engine = {
      request: async (method: string, params: EvaluateParams, told: never) => {
        if (params.split === 'validation') throw end;
        return (withoutTests.request as (...given: unknown[]) => Promise<unknown>)(method, params, told);
      },
    } as unknown as PredictionEngine;
    await expect(run(engine)).rejects.toBe(end);
  });
});
