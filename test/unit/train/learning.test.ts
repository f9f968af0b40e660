import { describe, expect, it } from 'vitest';
import { adviceFor, type Scores, verdictOf as verdictWith } from '../../../engine/src/train/learning.ts';
import type { DoneEvent } from '../../../protocol/src/training-events.ts';
import { type Json, trainProject, withFixedDate, withTrainer, writeProject } from './small-project.ts';

withFixedDate();

const verdictOf = (scores: Scores) => verdictWith(scores, 'more epochs may help');

/** 1 for a row that is right: `right(3, 5)` is three of five. */
const right = (rows: number, of: number) => Array.from({ length: of }, (_, row) => Number(row < rows));

const labels = (trained: number[], majority: number[], untrained: number[]): Scores => ({
  kind: 'labels',
  trained,
  references: [
    { name: "always answering 'good'", scores: majority },
    { name: 'the untrained model', scores: untrained },
  ],
});

describe('a prompt', () => {
  it('has learnt where it is better than the majority and the untrained model by more than chance', () => {
    expect(verdictOf(labels(right(18, 20), right(10, 20), right(6, 20)))).toEqual({ verdict: 'learnt' });
  });

  it.each([
    ['no better than the majority', right(10, 20), right(10, 20), right(2, 20), "50.0% of always answering 'good'"],
    ['worse than the majority', right(9, 20), right(10, 20), right(2, 20), '45.0% is not above the 50.0% of always'],
    ['no better than the untrained model', right(15, 20), right(10, 20), right(15, 20), '75.0% of the untrained model'],
  ])('has learnt nothing where it is %s', (_, trained, majority, untrained, words) => {
    const { verdict, message } = verdictOf(labels(trained, majority, untrained));
    expect(verdict).toBe('nothing');
    expect(message).toContain(words);
  });

  it('may have learnt where so few rows are better that it may be chance', () => {
    const { verdict, message } = verdictOf(labels(right(13, 20), right(10, 20), right(2, 20)));
    expect(verdict).toBe('unclear');
    expect(message).toContain("of 20 validation rows it does 3 better than always answering 'good'");
  });

  it('may have learnt as far as the reference says that it does worst against', () => {
    for (const [majority, untrained, words] of [
      [12, 11, "1 better than always answering 'good'"],
      [11, 12, '1 better than the untrained model'],
    ] as const) {
      const { verdict, message } = verdictOf(labels(right(13, 20), right(majority, 20), right(untrained, 20)));
      expect(verdict).toBe('unclear');
      expect(message).toContain(words);
    }
    const worst = verdictOf(labels(right(9, 20), right(10, 20), right(11, 20)));
    expect(worst.message).toContain('the 55.0% of the untrained model');
  });

  it('is not measured without validation rows', () => {
    expect(verdictOf({ kind: 'labels', trained: [], references: [] })).toMatchObject({ verdict: 'unmeasured' });
  });

  it('for free text has learnt where it makes the rows’ answers likelier', () => {
    const text = (trained: number[], untrained: number[]): Scores => ({
      kind: 'likelihoods',
      trained,
      references: [{ name: 'the untrained model', scores: untrained }],
    });
    const rows = Array.from({ length: 8 }, (_, row) => -row - 1);
    expect(
      verdictOf(
        text(
          rows,
          rows.map((row) => row - 1),
        ),
      ),
    ).toEqual({ verdict: 'learnt' });
    expect(verdictOf(text(rows, rows)).message).toMatch(/no likelier than the untrained model/);
    expect(verdictOf(text([-1, -5], [-2, -4.5])).verdict).toBe('unclear');
  });
});

describe('a run that has learnt nothing', () => {
  it('is advised to train for longer, or otherwise', () => {
    expect(adviceFor({ totalSteps: 51, warmupSteps: 50 })).toMatch(/^more epochs, another learning rate/);
    expect(verdictOf(labels(right(9, 20), right(10, 20), right(2, 20))).message).toMatch(/; more epochs may help$/);
  });

  it('is told where all of it was its warm-up', () => {
    expect(adviceFor({ totalSteps: 50, warmupSteps: 50 })).toMatch(
      /^with 50 steps and "warmup_steps": 50 its learning rate/,
    );
  });
});

describe('a run', () => {
  const learningOf = async (keys: Json, data: Record<string, Json[]> = {}) => {
    const { events } = await trainProject(writeProject(keys, data));
    return (events.at(-1) as DoneEvent).tasks;
  };

  it('says of each task what it has learnt: by labels, by likelihood, or that nothing was measured', async () => {
    const one = (label: string) =>
      Array.from({ length: 6 }, (_, n): Json => ({ taskname: 'mood', text: `row ${label} ${n}`, label }));
    const tasks = await learningOf({}, { 'train.jsonl': one('g'), 'validation.jsonl': one('good').slice(0, 4) });
    // All of one label, so that nothing can be above the majority.
    expect(tasks.mood!.learning).toMatchObject({ verdict: 'nothing' });
    expect(tasks.mood!.learning!.message).toContain("is not above the 100.0% of always answering 'good'");

    const both = await learningOf({
      new_tasks: ['mood', 'echo'],
      data: { train_ds: ['train.jsonl', 'echo.jsonl'], validation_ds: ['validation.jsonl'] },
    });
    expect(both.mood!.learning!.verdict).toMatch(/nothing|unclear/);
    expect(both.echo!.learning!.verdict).toBe('unmeasured');
  });

  it('is held against the untrained model where answers are free text', async () => {
    const rows = Array.from({ length: 12 }, (_, n): Json => ({ taskname: 'echo', text: `t${n}`, answer: 'same' }));
    const file = writeProject(
      {
        new_tasks: ['echo'],
        data: { train_ds: ['echo.jsonl'], validation_ds: ['echo-validation.jsonl'] },
        ...withTrainer({ max_epochs: 8 }),
      },
      {
        'echo.jsonl': rows,
        'echo-validation.jsonl': rows.slice(0, 8).map((row, n) => ({ ...row, text: `v${n}` })),
      },
    );
    const { events } = await trainProject(file);
    expect((events.at(-1) as DoneEvent).tasks.echo!.learning).toEqual({ verdict: 'learnt' });
  });

  it('is not measured where there is no answer, or nothing that the untrained model could go on from', async () => {
    const echoes = {
      new_tasks: ['echo'],
      data: { train_ds: ['echo.jsonl'], validation_ds: ['echo.jsonl'] },
    };
    const said = async (template: Json) => {
      const echo = { taskname: 'echo', total_virtual_tokens: 2, ...template };
      const tasks = await learningOf({ ...echoes, task_templates: [echo] });
      return tasks.echo!.learning;
    };
    expect(await said({ prompt_template: '<|VIRTUAL_PROMPT_0|>{text} {answer}' })).toEqual({
      verdict: 'unmeasured',
      message: expect.stringContaining('has no "answer_field"'),
    });
    expect(await said({ prompt_template: '<|VIRTUAL_PROMPT_0|>{answer}', answer_field: 'answer' })).toEqual({
      verdict: 'unmeasured',
      message: expect.stringContaining('cannot be compared with the untrained model'),
    });
  });
});
