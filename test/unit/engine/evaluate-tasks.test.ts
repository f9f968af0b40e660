import { expect, it } from 'vitest';
import { InputError } from '../../../engine/src/errors.ts';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { evaluateTasks } from '../../../engine/src/process/evaluate-tasks.ts';
import type { OpenedFiles } from '../../../engine/src/process/opened-files.ts';
import { Turns } from '../../../engine/src/process/turns.ts';
import type { Project } from '../../../engine/src/project.ts';
import type { EvaluatedParams, EvaluatedRow } from '../../../protocol/src/evaluating.ts';
import { BOTH_TASKS, writeLongAnswers, writeProject } from '../train/small-project.ts';

/** The tasks of a project without a prompt table, on test rows: no model runs. */
function evaluated(file: string, tasknames: readonly string[]) {
  const files = { predictorOf: async () => ({}), leave: async () => undefined } as unknown as OpenedFiles;
  const means = { files, turns: new Turns(), notify: () => undefined };
  const params = { token: '', file, tasknames, split: 'test', baselines: [] } as const;
  return evaluateTasks(params, new AbortController().signal, means);
}

it('a task without rows does not keep the others from being measured, and alone is refused', async () => {
  const file = writeProject({
    ...BOTH_TASKS,
    data: { ...(BOTH_TASKS.data as object), test_ds: ['test.jsonl'] },
  });
  const { tasks } = await evaluated(file, []);
  expect(tasks).toMatchObject([
    { taskname: 'mood', files: ['test.jsonl'] },
    { taskname: 'echo', problem: expect.stringContaining("no test row of 'echo'") },
  ]);
  expect(tasks[0]).not.toHaveProperty('problem');
  await expect(evaluated(file, ['echo'])).rejects.toThrow(InputError);
});

it('answers that are longer than what is generated are counted', async () => {
  const { tasks } = await evaluated(writeLongAnswers(), []);
  expect(tasks).toMatchObject([{ taskname: 'echo', unreachable: 3 }]);
});

it('of generated answers words or slots are measured, and each row says whether its answer was cut', async () => {
  const answers = { 'words.jsonl': 'up and down', 'slots.jsonl': 'go; where: up' };
  const rows = (answer: string) => [0, 1].map((n) => ({ taskname: 'echo', text: `t${n}`, answer }));
  const data = Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, rows(answer)]));
  const told: EvaluatedRow[] = [];
  const measured = async (name: string) => {
    const file = writeProject({ new_tasks: ['echo'], data: { train_ds: ['echo.jsonl'], test_ds: [name] } }, data);
    const files = {
      predictorOf: async ({ backbone }: Project) => new Predictor(backbone),
      leave: async ({ predictor }: { predictor: Predictor }) => predictor.release(),
    } as unknown as OpenedFiles;
    const notify = (_: string, params: unknown) => told.push(...(params as EvaluatedParams).rows);
    const params = { token: '', file, tasknames: [], split: 'test', baselines: ['zero'] } as const;
    const means = { files, turns: new Turns(), notify };
    const { tasks } = await evaluateTasks(params, new AbortController().signal, means);
    return tasks[0]!.results;
  };
  expect(await measured('words.jsonl')).toMatchObject([{ wordF1: 0, slots: undefined, cut: 2 }]);
  const slots = { intentAccuracy: 0, expected: 2, names: [{ name: 'where', expected: 2 }] };
  const inSlots = await measured('slots.jsonl');
  expect(inSlots).toMatchObject([{ wordF1: undefined, slots, cut: 2 }]);
  expect(inSlots[0]).not.toHaveProperty('labels');
  expect(told.map(({ answer }) => answer!.cut)).toEqual([true, true, true, true]);
});

it('of a file without tasks nothing is measured, and nothing refused', async () => {
  const file = writeProject({ ...BOTH_TASKS, new_tasks: [], existing_tasks: [] });
  expect(await evaluated(file, [])).toEqual({ tasks: [] });
});

it('of the data files those are named that hold the rows', async () => {
  const file = writeProject({
    ...BOTH_TASKS,
    data: { ...(BOTH_TASKS.data as object), test_ds: ['test.jsonl', 'echo.jsonl'] },
  });
  const { tasks } = await evaluated(file, []);
  expect(tasks).toMatchObject([
    { taskname: 'mood', files: ['test.jsonl'] },
    { taskname: 'echo', files: ['echo.jsonl'] },
  ]);
});
