import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { events, ptask, type RunOptions, readTable, rowsOf, taskTemplate, writeJsonl, writeProject } from './ptask.ts';

const SHORT = { trainer: { max_epochs: 3, batch_size: 8, early_stopping: null } };

describe('ptask train', () => {
  it('--seeds keeps the prompt that validation likes best', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, SHORT);
    const { code, stdout, stderr } = await ptask(['train', file, '--seeds', '1,2,3', '--json']);
    expect(code, stderr).toBe(0);
    const told = events(stdout);
    const { metric, values, kept } = told.at(-1) as { metric: string; values: number[]; kept: number };
    expect(metric).toBe('loss');
    expect(values).toHaveLength(3);
    expect(kept).toBe([1, 2, 3][values.indexOf(Math.min(...values))]);
    expect(told.filter(({ event, of }) => event === 'epoch' && (of as { seed: number }).seed === 2)).toHaveLength(3);
    // What goes for all runs says of none.
    expect(told.find(({ event }) => event === 'estimate')).toEqual({
      event: 'estimate',
      memory_bytes: expect.any(Number),
      free_bytes: expect.any(Number),
    });
    expect(told.at(-1)).toMatchObject({
      learning: { kind: { verdict: expect.stringMatching(/^(learnt|unclear|nothing)$/) } },
    });
    expect((await readTable(dir)).length).toBeGreaterThan(0);
    const shown = await ptask(['train', file, '--seeds', '1,2']);
    expect(shown.stdout).toMatch(
      /seed 1 {2}loss [\d.]+ .*\nseed 2 .*\nloss over 2 seeds: [\d.]+ ± [\d.]+; the prompt of seed [12] is in/,
    );
  });

  it('--seeds goes by the value that chooses epochs: the loss of all tokens of the tasks that have validation rows', async () => {
    const dir = await temporaryFolder();
    const tasks = ['kind', 'wordy', 'other'];
    const wordy = { ...taskTemplate('wordy'), labels: null };
    const data = {
      train_ds: ['train.jsonl', 'wordy.jsonl', 'other.jsonl'],
      validation_ds: ['validation.jsonl', 'wordy.jsonl'],
    };
    const task_templates = [taskTemplate('kind'), wordy, taskTemplate('other')];
    const file = await writeProject(dir, { ...SHORT, new_tasks: tasks, task_templates, data });
    await writeJsonl(path.join(dir, 'other.jsonl'), rowsOf('other', 'test'));
    const answered = rowsOf('wordy', 'validation').map((row) => ({
      ...row,
      label: `${row.text} is more than a letter`,
    }));
    await writeJsonl(path.join(dir, 'wordy.jsonl'), answered);
    const { code, stdout, stderr } = await ptask(['train', file, '--seeds', '1,2', '--json']);
    expect(code, stderr).toBe(0);
    const told = events(stdout);
    const lowest = [1, 2].map((seed) =>
      Math.min(
        ...told
          .filter(({ event, of }) => event === 'epoch' && (of as { seed: number }).seed === seed)
          .map(({ validation_loss }) => validation_loss as number),
      ),
    );
    expect(told.at(-1)).toMatchObject({ event: 'seeds', metric: 'loss', values: lowest });
    const shown = await ptask(['train', file, '--seeds', '1']);
    expect(shown.stdout).toMatch(
      /^seed 1 {2}kind {2}loss .*; wordy {2}loss [\d.]+; other {2}no validation rows {2}← kept$/m,
    );
  });

  it('--seeds says so where the prompt that is kept has learnt nothing, and where no run can learn much', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { ...SHORT, optim: { lr: 1e-12 } });
    // All of one label, so that nothing can be above the majority.
    for (const split of ['train', 'validation'] as const) {
      const rows = rowsOf('kind', split).map((row) => ({ ...row, label: 'e' }));
      await writeJsonl(path.join(dir, `${split}.jsonl`), rows);
    }
    const { code, stdout, stderr } = await ptask(['train', file, '--seeds', '1,2', '--json']);
    expect(code, stderr).toBe(0);
    const told = events(stdout);
    expect(told.filter(({ event }) => event === 'notice')).toEqual([
      { event: 'notice', message: expect.stringMatching(/^with 30 steps and "warmup_steps": 50 the learning rate/) },
    ]);
    const message = expect.stringMatching(/^has learnt nothing of use: /);
    expect(told.at(-1)).toMatchObject({ event: 'seeds', learning: { kind: { verdict: 'nothing', message } } });
    expect(stderr).toMatch(/^warning: kind has learnt nothing of use: /m);
  });

  it('--folds says how right prompts are on rows that they were not trained on, and leaves the prompt table', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, SHORT);
    const { code, stdout, stderr } = await ptask(['train', file, '--folds', '4', '--json']);
    expect(code, stderr).toBe(0);
    const last = events(stdout).at(-1) as { folds: { rows: number; accuracy: number }[]; accuracy: number };
    expect(last).toMatchObject({ event: 'folds', task: 'kind' });
    expect(last.folds.map(({ rows }) => rows)).toEqual([20, 20, 20, 20]);
    const mean = last.folds.reduce((sum, { accuracy }) => sum + accuracy, 0) / 4;
    expect(last.accuracy).toBeCloseTo(mean, 10);
    expect(existsSync(path.join(dir, 't.prompts.safetensors'))).toBe(false);
  });

  it('--folds says more than exact match of generated answers', async () => {
    const dir = await temporaryFolder();
    const { labels: _, ...free } = taskTemplate('kind');
    const file = await writeProject(dir, { ...SHORT, task_templates: [free] });
    const { code, stdout, stderr } = await ptask(['train', file, '--folds', '2', '--json']);
    expect(code, stderr).toBe(0);
    const last = events(stdout).at(-1) as { folds: { word_f1: number }[]; word_f1: number; word_f1_deviation: number };
    expect(last.word_f1).toBeCloseTo((last.folds[0]!.word_f1 + last.folds[1]!.word_f1) / 2, 10);
    expect(last.word_f1_deviation).toBeCloseTo(Math.abs(last.folds[0]!.word_f1 - last.word_f1) * Math.SQRT2, 10);
    const told = await ptask(['train', file, '--folds', '2']);
    expect(told.stdout).toMatch(/^kind {2}fold 2 {2}accuracy [\d.]+% {2}word F1 [\d.]+ on 40 rows held out$/m);
    expect(told.stdout).toMatch(/^kind: accuracy [\d.]+% ± [\d.]+ points, word F1 [\d.]+ ± [\d.]+ over 2 folds/m);
  });

  it.each([
    ['--seeds', '3,4', 't.prompts.safetensors'],
    ['--folds', '3', undefined],
  ])('%s that was stopped goes on with --resume to the same end', async (option, value, table) => {
    const LONG = { trainer: { max_epochs: 12, batch_size: 8, early_stopping: null } };
    const run = (dir: string, more: string[], watch?: RunOptions['watch']) =>
      ptask(['train', path.join(dir, 't.ptask.json'), option, value, '--json', ...more], watch ? { watch } : {});
    const [left, stopped] = [await temporaryFolder(), await temporaryFolder()];
    await writeProject(left, LONG);
    await writeProject(stopped, LONG);
    const alone = await run(left, []);
    expect(alone.code, alone.stderr).toBe(0);
    let isKilled = false;
    const first = await run(stopped, [], (text, kill) => {
      if (isKilled || !text.includes('"epoch":2,"train_loss"')) return;
      isKilled = true;
      kill('SIGINT');
    });
    // Windows has Ctrl-C of its consoles only: what is sent to a process there ends it, and it goes on from where it was saved last.
    const isGentle = process.platform !== 'win32';
    if (isGentle) {
      expect(first.code, first.stderr).toBe(130);
      expect(first.stderr).toMatch(new RegExp(`go on with: ptask train .* ${option} ${value} --resume`));
    }
    const second = await run(stopped, ['--resume']);
    expect(second.code, second.stderr).toBe(0);
    expect(events(second.stdout)[0]).toMatchObject({ event: 'start', from_step: expect.any(Number) });
    if (isGentle) expect(events(second.stdout)[0]!.from_step).toBeGreaterThan(0);
    expect(events(second.stdout).at(-1)).toEqual(events(alone.stdout).at(-1));
    if (table) expect(readFileSync(path.join(stopped, table))).toEqual(readFileSync(path.join(left, table)));
    const third = await run(stopped, ['--resume']);
    expect(third.stderr).toContain('Nothing to go on from was found; the runs begin at their first step');
  });

  it.each([
    [['--seeds', '1', '--folds', '2'], '--seeds and --folds do not go together'],
    [['--seeds', '1,1'], '--seeds names one seed twice'],
    [['--seeds', ' 2, 1 1 '], '--seeds names one seed twice'],
    [['--seeds', '1,,2'], '--seeds is a whole number'],
    [['--folds', '1'], '--folds is a whole number from 2 on'],
  ])('%s is wrong usage', async (args, message) => {
    const { code, stderr } = await ptask(['train', 'none.ptask.json', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
