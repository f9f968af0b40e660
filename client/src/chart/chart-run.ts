import type { EpochPoint, RunMetricsResult, RunSummary, StepPoint } from '../../../protocol/src/runs.ts';
import type { EpochEvent, StepEvent, ValidationMetrics } from '../../../protocol/src/training-events.ts';
import { isolated } from '../right-to-left.ts';
import type { ChartRun } from './chart-messages.ts';

/** A run that is kept on disk, for a chart. */
export function chartRun({ run, steps, epochs }: RunMetricsResult): ChartRun {
  return { dir: run.dir, name: runTitle(run), steps, epochs };
}

/** A run's tasks and when it began, which tell it from others. */
export function runTitle({ tasknames, created }: Pick<RunSummary, 'tasknames' | 'created'>): string {
  return `${tasknames.map(isolated).join(', ')} ${timeOf(created)}`;
}

/** `2026-11-24 07:00`, in the time of this machine. */
function timeOf(created: string): string {
  const date = new Date(created);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A step that has just been taken, as it will stand on disk. */
export function stepPoint({ step, epoch, loss, lr }: StepEvent): StepPoint {
  return { step, epoch, loss, lr };
}

/** @param step the step at whose end the epoch was measured */
export function epochPoint(event: EpochEvent, step: number): EpochPoint {
  const { epoch, train_loss, validation_loss, validation, best } = event;
  const byTask = (metric: keyof ValidationMetrics) =>
    Object.fromEntries(
      Object.entries(validation).flatMap(([task, { [metric]: value }]) => (value === undefined ? [] : [[task, value]])),
    );
  return {
    epoch,
    step,
    trainLoss: train_loss,
    validationLoss: validation_loss ?? undefined,
    accuracy: byTask('accuracy'),
    macroF1: byTask('macro_f1'),
    slotF1: byTask('slot_f1'),
    wordF1: byTask('word_f1'),
    best,
  };
}
