import type { DeviceName } from '../../../protocol/src/engine.ts';
import type { DoneEvent } from '../../../protocol/src/training-events.ts';
import type { Predictor } from '../predict/predictor.ts';
import { formatBytes } from '../text.ts';
import { fitRun } from '../train/fit.ts';
import type { TrainingPlan } from '../train/plan.ts';
import { trainTogether } from '../train/train-together.ts';
import { Interrupt } from './interrupt.ts';
import type { Output } from './output.ts';
import { TrainingReport } from './training-report.ts';

/** A run among several, as it is told: its place in each line, such as `seed 2`, and in each event of `--json`. */
export interface NamedRun {
  readonly plan: TrainingPlan;
  readonly label: string;
  readonly of: Readonly<Record<string, number>>;
}

export interface SideBySideOptions {
  readonly device: DeviceName;
  readonly output: Output;
  readonly ended?: (done: DoneEvent, run: number, predictor: Predictor) => Promise<void>;
}

export type SideBySide =
  | { readonly kind: 'done'; readonly ends: readonly DoneEvent[] }
  | { readonly kind: 'stopped'; readonly exitCode: number };

/** Trains several plans of one project side by side, or until Ctrl-C, and shows their epochs. */
export async function runSideBySide(
  runs: readonly NamedRun[],
  { device, output, ended }: SideBySideOptions,
): Promise<SideBySide> {
  const first = runs[0]!.plan;
  const { fit, memoryBytes, freeBytes, message } = fitRun(first, device);
  const all = new TrainingReport(0);
  all.print(
    `${runs.length} runs over one model take about ${formatBytes(memoryBytes)} of memory (${formatBytes(freeBytes)} are free)`,
  );
  if (message) all.print(`warning: ${message}`);
  const reports = runs.map(({ plan, label }) => new TrainingReport(plan.project.file.trainer.batch_size, label));
  const interrupt = new Interrupt(() => all.print('Ending all runs after this step'));
  try {
    const ends = await trainTogether(
      runs.map(({ plan }) => plan),
      {
        fit,
        session: { provider: device },
        cancelRequested: () => interrupt.requested,
        notice: (text) => all.print(`warning: ${text}`),
        told: (event, run) => {
          output.event({ ...event, of: runs[run]!.of });
          if (event.event === 'start') reports[run]!.started(event);
          if (event.event === 'epoch') reports[run]!.epochEnded(event);
        },
        ...(ended ? { ended } : {}),
      },
    );
    const done = ends.filter((end) => end !== undefined);
    if (done.length < ends.length) return { kind: 'stopped', exitCode: interrupt.exitCode ?? 130 };
    return { kind: 'done', ends: done };
  } finally {
    interrupt.dispose();
  }
}

/** Mean and standard deviation (of a sample). */
export function meanAndSpread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
