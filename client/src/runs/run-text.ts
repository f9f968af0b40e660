import path from 'node:path';
import type { EpochPoint, HeldOutMeasures, RunSummary } from '../../../protocol/src/runs.ts';
import type { TrainedTask } from '../../../protocol/src/training.ts';
import { tellingLines } from '../engine/last-lines.ts';
import { escapeMarkdown } from '../predictions/prediction-text.ts';
import type { Texts } from '../texts.ts';
import type { RunEnd, RunPhase, WindowRun } from './run-queue.ts';

/** The tasks of a run, or its file's name where it has all of them. */
export function runName({ file, tasknames }: { readonly file: string; readonly tasknames: readonly string[] }): string {
  return tasknames.length > 0 ? tasknames.join(', ') : path.basename(file, '.ptask.json');
}

/** `epoch 2/4 · loss 0.780 · 11 rows/s · 12 s left`, as far as it is known. */
export function progressText({ progress, phase }: Pick<WindowRun, 'progress' | 'phase'>, texts: Texts): string {
  const { t, number, duration } = texts;
  const state = phaseText(phase, texts);
  if (!progress || progress.step === 0) return state;
  return [
    ...(phase === 'training' ? [] : [state]),
    t('epoch {0}/{1}', progress.epoch, progress.epochs),
    ...(progress.loss === undefined ? [] : [t('loss {0}', number(progress.loss, 3))]),
    ...(progress.rowsPerSecond === undefined ? [] : [t('{0} rows/s', number(progress.rowsPerSecond))]),
    ...(progress.secondsLeft === undefined ? [] : [t('{0} left', duration(progress.secondsLeft))]),
  ].join(' · ');
}

function phaseText(phase: RunPhase, { t }: Texts): string {
  switch (phase) {
    case 'waiting':
      return t('waiting');
    case 'starting':
      return t('starting');
    case 'training':
      return t('training');
    case 'pausing':
      return t('pausing after this step');
    case 'cancelling':
      return t('cancelling after this step');
    case 'ended':
      return t('ended');
  }
}

/** What the menus in `package.json` go by for a run of this window. One that is starting has no folder and nothing to draw yet. */
export function windowRunContext({ phase, dir }: Pick<WindowRun, 'phase' | 'dir'>): string {
  if (phase === 'waiting') return 'run.waiting';
  return dir === undefined ? 'run.starting' : 'run.training';
}

/** `done · 87 % of 46 validation rows · cpu` of a run that is on disk. */
export function summaryText(run: RunSummary, texts: Texts): string {
  const { t, number, percent } = texts;
  const accuracies = Object.entries(run.best?.accuracy ?? {});
  const [only] = accuracies;
  const result =
    only && accuracies.length === 1
      ? [
          run.validationRows === 1
            ? t('{0} of 1 validation row', percent(only[1]))
            : t('{0} of {1} validation rows', percent(only[1]), run.validationRows),
          ...f1Texts(measuresOf(only[0], run.best!), texts),
        ].join(', ')
      : accuracies.length > 1
        ? accuracies.map(([, accuracy]) => percent(accuracy)).join(', ')
        : run.best?.validationLoss !== undefined
          ? t('validation loss {0}', number(run.best.validationLoss, 3))
          : run.loss !== undefined
            ? t('loss {0}', number(run.loss, 3))
            : undefined;
  const at = run.state === 'done' || run.steps === undefined ? [] : [t('step {0}/{1}', run.step, run.steps)];
  return [runStateText(run.state, texts), ...at, ...(result === undefined ? [] : [result]), run.device].join(' · ');
}

/** What stands over a run that is on disk, as Markdown. */
export function runMarkdown(run: RunSummary, { t, locale }: Texts): string {
  return [
    `**${escapeMarkdown(run.tasknames.join(', '))}**`,
    escapeMarkdown(new Date(run.created).toLocaleString(locale)),
    escapeMarkdown(t('Model: {0}', run.model)),
    [
      run.trainRows === 1 ? t('1 training row') : t('{0} training rows', run.trainRows),
      run.validationRows === 1 ? t('1 validation row') : t('{0} validation rows', run.validationRows),
    ].join(', '),
    // A backslash before `.ptask` would be lost.
    escapeMarkdown(run.dir),
  ].join('\n\n');
}

/** `training loss 0.780 · validation loss 0.656 · 44 %` */
export function epochText(epoch: EpochPoint, texts: Texts): string {
  const { t, number, percent } = texts;
  const { trainLoss, validationLoss, accuracy } = epoch;
  const tasks = Object.entries(accuracy);
  return [
    t('training loss {0}', number(trainLoss, 3)),
    ...(validationLoss === undefined ? [] : [t('validation loss {0}', number(validationLoss, 3))]),
    ...tasks.map(([task, share]) => {
      const measured = [percent(share), ...f1Texts(measuresOf(task, epoch), texts)].join(', ');
      return tasks.length === 1 ? measured : `${task} ${measured}`;
    }),
  ].join(' · ');
}

/** How near a task's generated answers are, and nothing of others. */
function f1Texts(
  { slotF1, wordF1 }: { readonly slotF1: number | undefined; readonly wordF1: number | undefined },
  { t, number }: Texts,
): string[] {
  return [
    ...(slotF1 === undefined ? [] : [t('slot F1 {0}', number(slotF1, 3))]),
    ...(wordF1 === undefined ? [] : [t('word F1 {0}', number(wordF1, 3))]),
  ];
}

function measuresOf(task: string, { slotF1, wordF1 }: HeldOutMeasures): Parameters<typeof f1Texts>[0] {
  // A task may be called as what every object has, such as `constructor`.
  const own = (values: HeldOutMeasures['slotF1']) => (Object.hasOwn(values, task) ? values[task] : undefined);
  return { slotF1: own(slotF1), wordF1: own(wordF1) };
}

function runStateText(state: RunSummary['state'], { t }: Texts): string {
  switch (state) {
    case 'running':
      return t('running');
    case 'stopped':
      return t('paused');
    case 'cancelled':
      return t('cancelled');
    case 'done':
      return t('done');
    case 'failed':
      return t('failed');
  }
}

/** What is said when a run has ended, and how gravely. */
export interface EndMessage {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
}

/** @returns undefined where the user knows it already */
export function endMessage(name: string, end: RunEnd, texts: Texts): EndMessage | undefined {
  const { t } = texts;
  switch (end.outcome) {
    case 'done':
      return doneMessage(name, end.tasks, texts);
    case 'cancelled': {
      const kept = end.tasks.map(({ bestEpoch }) => bestEpoch);
      const text =
        kept.length === 0
          ? t('{0} was cancelled before the first epoch had ended: no prompt was kept.', name)
          : t('{0} was cancelled. The best prompt so far, of epoch {1}, was kept.', name, Math.max(...kept));
      return { severity: 'information', text };
    }
    case 'paused':
    case 'withdrawn':
      return undefined;
    case 'killed':
      return {
        severity: 'warning',
        text: [
          t('{0} did not stop within five seconds and was ended.', name),
          ...(end.bestEpoch === undefined ? [] : [t('The best prompt so far, of epoch {0}, was kept.', end.bestEpoch)]),
          t('What its last epoch had saved can be resumed.'),
        ].join(' '),
      };
    case 'died':
      return {
        severity: 'error',
        text: t(
          'The process that trained {0} ended: {1}. What was saved last can be resumed. {2}',
          name,
          end.error.ending(t),
          tellingLines(end.error.lines),
        ).trim(),
      };
    case 'refused':
    case 'failed':
      return { severity: 'error', text: t('{0} was not trained: {1}', name, end.error.message) };
  }
}

function doneMessage(name: string, tasks: readonly TrainedTask[], texts: Texts): EndMessage {
  const { t } = texts;
  const results = tasks.map((task) => {
    const result = heldOutText(task, texts);
    return tasks.length === 1 ? result : `${task.taskname}: ${result}`;
  });
  const doubts = tasks.flatMap((task) => doubtText(task) ?? []);
  const isNothing = tasks.some(({ learning }) => learning?.verdict === 'nothing');
  return {
    severity: isNothing ? 'warning' : 'information',
    text: [t('{0} is trained: {1}.', name, results.join('; ')), ...doubts].join(' '),
  };
}

/** Whether a prompt is any good, where that is in doubt. What the engine says begins with what the task has done. */
function doubtText({ taskname, learning }: TrainedTask): string | undefined {
  return learning?.message === undefined ? undefined : `${taskname} ${learning.message}.`;
}

/** The result on rows that were not trained on. */
function heldOutText(task: TrainedTask, texts: Texts): string {
  if (!task.validation) return texts.t('there are no validation rows to measure it on');
  return [rightText(task.validation, task.bestEpoch, texts), ...f1Texts(task.validation, texts)].join(', ');
}

function rightText(
  { accuracy, loss, rows }: NonNullable<TrainedTask['validation']>,
  epoch: number,
  { t, percent, number }: Texts,
): string {
  if (rows === 1) {
    return accuracy === undefined
      ? t('loss {0} on 1 validation row (epoch {1})', number(loss, 3), epoch)
      : t('{0} of 1 validation row right (epoch {1})', percent(accuracy), epoch);
  }
  return accuracy === undefined
    ? t('loss {0} on {1} validation rows (epoch {2})', number(loss, 3), rows, epoch)
    : t('{0} of {1} validation rows right (epoch {2})', percent(accuracy), rows, epoch);
}
