import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { buildPtask, events, ptask, readTable, writeProject } from './ptask.ts';

beforeAll(buildPtask);

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
    expect((await readTable(dir)).length).toBeGreaterThan(0);
    const shown = await ptask(['train', file, '--seeds', '1,2']);
    expect(shown.stdout).toMatch(
      /seed 1 {2}loss [\d.]+ .*\nseed 2 .*\nloss over 2 seeds: [\d.]+ ± [\d.]+; the prompt of seed [12] is in/,
    );
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

  it.each([
    [['--seeds', '1', '--folds', '2'], '--seeds and --folds do not go together'],
    [['--seeds', '1,2', '--resume'], 'several runs side by side cannot be resumed'],
    [['--seeds', '1,1'], '--seeds names one seed twice'],
    [['--folds', '1'], '--folds is a whole number from 2 on'],
  ])('%s is wrong usage', async (args, message) => {
    const { code, stderr } = await ptask(['train', 'none.ptask.json', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
