import { describe, expect, it } from 'vitest';
import { needsConfirmation, planText, taskText } from '../../../client/src/runs/plan-text.ts';
import type { PlannedTask, PlanResult } from '../../../protocol/src/planning.ts';
import { english } from './texts.ts';

const task: PlannedTask = {
  taskname: 'sentiment',
  rows: { train: 418, validation: 59, test: 59 },
  skipped: 0,
  virtualTokens: 20,
  replaces: false,
};

const plan = (estimate: Partial<PlanResult['estimate']> = {}): PlanResult => ({
  tasks: [task],
  method: 'p-tuning, lstm',
  learntParameters: 1.2e6,
  epochs: 10,
  steps: 530,
  resumable: undefined,
  problems: [],
  device: 'cpu',
  model: { name: 'demo-base', dir: '/models/demo-base', architecture: 'gpt2', parameters: 45.2e6 },
  estimate: { basis: 'reckoned', secondsPerStep: 0.4, seconds: 200, memoryBytes: 1.2e9, freeBytes: 9e9, ...estimate },
});

describe('a run', () => {
  it.each([
    ['is begun without a question', {}, false],
    ['is asked about where it takes more than five minutes', { seconds: 301 }, true],
    ['is asked about where it takes most of the machine’s memory', { memoryBytes: 12e9 }, true],
    ['is asked about where something is done for want of memory', { message: 'weights are not kept twice' }, true],
  ])('%s', (_, estimate, expected) => expect(needsConfirmation(plan(estimate), 16e9)).toBe(expected));

  it('is told of by what it will use', () => {
    expect(planText(plan(), english).split('\n')).toEqual([
      'Model: demo-base (gpt2, 45 million parameters)',
      'Rows: sentiment 418',
      'Device: cpu',
      'Time: in the order of 3 min',
      'Memory: about 1.2 GB, of 9.0 GB that are free',
    ]);
    const arabic = { ...plan(), tasks: ['مزاج', 'نية'].map((taskname) => ({ ...task, taskname })) };
    expect(planText(arabic, english)).toMatch(/^Rows: \u2068مزاج\u2069 418, \u2068نية\u2069 418$/m);
    const measured = plan({ basis: 'measured', message: 'at most 512 tokens are run at once' });
    expect(planText(measured, english)).toMatch(/^Time: about 3 min$/m);
    expect(planText(measured, english)).toMatch(/\nat most 512 tokens are run at once$/);
  });
});

it('a task is told of by its rows and virtual tokens', () => {
  expect(taskText(task, english)).toBe('418 training rows · 20 virtual tokens');
  expect(taskText({ ...task, rows: { ...task.rows, train: 1 }, virtualTokens: 1, replaces: true }, english)).toBe(
    '1 training row · 1 virtual token · replaces its trained prompt',
  );
});
