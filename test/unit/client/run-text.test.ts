import { describe, expect, it } from 'vitest';
import { EngineDied, EngineError } from '../../../client/src/engine/engine-error.ts';
import {
  endMessage,
  epochText,
  progressText,
  runMarkdown,
  runName,
  summaryText,
} from '../../../client/src/runs/run-text.ts';
import type { EpochPoint, RunSummary } from '../../../protocol/src/runs.ts';
import type { TrainedTask } from '../../../protocol/src/training.ts';
import { english } from './texts.ts';

const progress = { step: 9, steps: 32, epoch: 2, epochs: 4, loss: 0.7805, rowsPerSecond: 11.4, secondsLeft: 17 };

const NOT_GENERATED = { slotF1: undefined, wordF1: undefined };

const trained = (more: Partial<TrainedTask> = {}): TrainedTask => ({
  taskname: 'sentiment',
  virtualTokens: 10,
  bestEpoch: 3,
  validation: { ...NOT_GENERATED, rows: 46, loss: 0.4, accuracy: 0.87 },
  learning: { verdict: 'learnt', message: undefined },
  ...more,
});

const end = (tasks: TrainedTask[]) =>
  endMessage('sentiment', { outcome: 'done', run: '', promptTable: '', stoppedEarly: false, tasks }, english);

describe('the progress of a run', () => {
  it('is told in one line', () =>
    expect(progressText({ progress, phase: 'training' }, english)).toBe(
      'epoch 2/4 · loss 0.781 · 11 rows/s · 17 s left',
    ));
  it('says that it is about to stop', () =>
    expect(progressText({ progress, phase: 'pausing' }, english)).toMatch(/^pausing after this step · epoch 2\/4/));
  it('is its phase before the first step', () => {
    expect(progressText({ progress: undefined, phase: 'waiting' }, english)).toBe('waiting');
    expect(progressText({ progress: { ...progress, step: 0 }, phase: 'starting' }, english)).toBe('starting');
  });
});

it('a run is named after its tasks, or its file', () => {
  expect(runName({ file: '/w/news.ptask.json', tasknames: ['a', 'b'] })).toBe('a, b');
  expect(runName({ file: '/w/news.ptask.json', tasknames: [] })).toBe('news');
});

describe('the message at the end', () => {
  it('has the result on rows that were not trained on', () =>
    expect(end([trained()])).toEqual({
      severity: 'information',
      text: 'sentiment is trained: 87% of 46 validation rows right (epoch 3).',
    }));
  it('has a loss where answers are free text', () =>
    expect(
      end([trained({ validation: { ...NOT_GENERATED, rows: 8, loss: 0.4, accuracy: undefined } })])?.text,
    ).toContain('loss 0.400 on 8 validation rows'));
  it('has slots or words where generated answers were measured', () => {
    const text = (measured: object) =>
      end([trained({ validation: { ...NOT_GENERATED, rows: 50, loss: 0.4, accuracy: 0.1, ...measured } })])?.text;
    expect(text({ slotF1: 0.1734 })).toContain('10% of 50 validation rows right (epoch 3), slot F1 0.173.');
    expect(text({ wordF1: 0.5 })).toContain('(epoch 3), word F1 0.500.');
  });
  it('counts a single row as one', () => {
    const text = (accuracy: number | undefined) =>
      end([trained({ validation: { ...NOT_GENERATED, rows: 1, loss: 0.4, accuracy } })])?.text;
    expect(text(1)).toContain('100% of 1 validation row right (epoch 3)');
    expect(text(undefined)).toContain('loss 0.400 on 1 validation row (epoch 3)');
  });
  it('warns of a run that has learnt nothing', () => {
    const message = end([trained({ learning: { verdict: 'nothing', message: 'has learnt nothing' } })]);
    expect(message).toMatchObject({ severity: 'warning' });
    expect(message?.text).toMatch(/\. sentiment has learnt nothing\.$/);
  });
  it('says which prompt was kept of a run that had to be killed, and that it can be resumed', () => {
    const text = (bestEpoch?: number) => endMessage('s', { outcome: 'killed', bestEpoch }, english)?.text;
    expect(text(3)).toBe(
      's did not stop within five seconds and was ended. The best prompt so far, of epoch 3, was kept. What its last epoch had saved can be resumed.',
    );
    expect(text()).not.toContain('kept');
  });

  it('says which prompt a cancelled run has kept', () => {
    const cancelled = { outcome: 'cancelled', run: '', step: 9, promptTable: '' } as const;
    expect(endMessage('s', { ...cancelled, tasks: [trained()] }, english)?.text).toContain('of epoch 3, was kept');
    expect(endMessage('s', { ...cancelled, tasks: [] }, english)?.text).toContain('no prompt was kept');
  });
  it('shows the last lines of an engine that died', () => {
    const error = new EngineDied('SIGKILL', ['one', 'two', 'three']);
    expect(endMessage('s', { outcome: 'died', error }, english)).toEqual({
      severity: 'error',
      text: 'The process that trained s ended: SIGKILL. What was saved last can be resumed. two three',
    });
  });
  it('shows warnings rather than what went well', () => {
    const error = new EngineDied('SIGABRT', [
      'info: step 1',
      'error: out of memory',
      'terminate called',
      'info: step 2',
    ]);
    expect(endMessage('s', { outcome: 'died', error }, english)?.text).toMatch(
      / error: out of memory terminate called$/,
    );
  });
  it('says why a run was refused', () =>
    expect(endMessage('s', { outcome: 'refused', error: new EngineError('no disk', 'input') }, english)?.text).toBe(
      's was not trained: no disk',
    ));
  it('is not there where the user did it', () => {
    expect(endMessage('s', { outcome: 'paused', run: '', step: 1 }, english)).toBeUndefined();
    expect(endMessage('s', { outcome: 'withdrawn' }, english)).toBeUndefined();
  });
});

describe('a run in the list', () => {
  const run: RunSummary = {
    dir: '/w/.ptask/runs/1',
    taskFile: '/w/a.ptask.json',
    tasknames: ['sentiment'],
    state: 'done',
    pid: undefined,
    model: 'demo',
    device: 'cpu',
    created: '2026-11-24T07:00:00Z',
    trainRows: 64,
    validationRows: 16,
    step: 32,
    steps: 32,
    epoch: 4,
    epochs: 4,
    loss: 0.5,
    best: { epoch: 3, validationLoss: 0.6, accuracy: { sentiment: 0.5 }, macroF1: {}, slotF1: {}, wordF1: {} },
  };
  it('shows its result', () => expect(summaryText(run, english)).toBe('done · 50% of 16 validation rows · cpu'));
  it('shows how near generated answers are', () => {
    const best = { ...run.best!, slotF1: { sentiment: 0.625 } };
    expect(summaryText({ ...run, best }, english)).toBe('done · 50% of 16 validation rows, slot F1 0.625 · cpu');
  });
  it('shows the results of several tasks beside each other', () => {
    const best = { ...run.best!, accuracy: { sentiment: 0.5, topic: 0.75 } };
    expect(summaryText({ ...run, best }, english)).toBe('done · 50%, 75% · cpu');
  });
  it('counts a single row as one', () => {
    const small = { ...run, trainRows: 1, validationRows: 1 };
    expect(summaryText(small, english)).toBe('done · 50% of 1 validation row · cpu');
    expect(runMarkdown(small, english)).toContain('1 training row, 1 validation row\n');
  });
  it('shows how far it came', () =>
    expect(summaryText({ ...run, state: 'stopped', step: 9, best: undefined }, english)).toBe(
      'paused · step 9/32 · loss 0.500 · cpu',
    ));
  it('keeps the characters of its folder and tasks in what stands over it, and has the date of the language', () => {
    const over = runMarkdown({ ...run, dir: String.raw`c:\w\.ptask\runs\1`, tasknames: ['my_*task*'] }, english);
    expect(over).toContain(String.raw`c:\\w\\\.ptask\\runs\\1`);
    expect(over).toContain(String.raw`**my\_\*task\***`);
    expect(over).toMatch(/11\/2[34]\/2026/);
    expect(runMarkdown(run, { ...english, locale: 'sv' })).toMatch(/2026\\-11\\-2[34]/);
  });
});

describe('an epoch', () => {
  const epoch: EpochPoint = {
    epoch: 1,
    step: 8,
    trainLoss: 0.5,
    validationLoss: 0.6,
    accuracy: { a: 0.5 },
    macroF1: {},
    slotF1: {},
    wordF1: {},
    best: true,
  };
  it('shows its losses and accuracy', () =>
    expect(epochText(epoch, english)).toBe('training loss 0.500 · validation loss 0.600 · 50%'));
  it('shows how near generated answers are, with the task that they are of', () => {
    const accuracy = { a: 0.5, b: 0 };
    expect(epochText({ ...epoch, wordF1: { a: 0.75 } }, english)).toMatch(/ · 50%, word F1 0\.750$/);
    expect(epochText({ ...epoch, accuracy, slotF1: { b: 0.25 } }, english)).toMatch(/ · a 50% · b 0%, slot F1 0\.250$/);
  });
});
