import type { DeviceName } from '../../../protocol/src/devices.ts';
import type { DoneEvent, TrainEvent } from '../../../protocol/src/training-events.ts';
import type { Predictor } from '../predict/predictor.ts';
import { count, formatBytes } from '../text.ts';
import { fitRuns } from '../train/fit.ts';
import type { TrainingPlan } from '../train/plan.ts';
import { RunGroup } from '../train/run-group.ts';
import { longAnswersWarning, unlearntAnswersWarning, warmupWarning } from '../train/run-warnings.ts';
import { trainTogether } from '../train/train-together.ts';
import { mean, sum } from '../vectors.ts';
import { Interrupt } from './interrupt.ts';
import type { Output } from './output.ts';
import { TrainingReport } from './training-report.ts';
import { withWayOn } from './way-on.ts';

/** A run among several, as it is told: its place in each line, such as `seed 2`, and in each event of `--json`. */
export interface NamedRun {
  readonly plan: TrainingPlan;
  readonly label: string;
  readonly of: Readonly<Record<string, number>>;
}

/** How a run, or several side by side, were asked for. */
export interface RunOptions {
  readonly device: DeviceName;
  readonly output: Output;
  /** Go on with what was stopped or killed, if there is some that was asked for in the same way. */
  readonly resume: boolean;
  /** The command that was given, without `--resume`. */
  readonly command: string;
}

interface Ends {
  readonly ended?: (done: DoneEvent, run: number, predictor: Predictor) => Promise<void>;
  /** Called once, when all have come to their end; until it is done, they may be resumed. */
  readonly allEnded: (ends: readonly DoneEvent[]) => Promise<void>;
}

/**
 * Trains several plans of one project side by side, or until Ctrl-C, and shows their epochs.
 * @param asked tells them apart from runs that are asked for in another way, such as `seeds 1,2,3`
 * @returns the command's exit code
 */
export async function runSideBySide(
  asked: string,
  runs: readonly NamedRun[],
  { device, output, resume, command }: RunOptions,
  { ended, allEnded }: Ends,
): Promise<number> {
  const plans = runs.map(({ plan }) => plan);
  const { fit, memoryBytes, freeBytes, message } = fitRuns(plans, device);
  const all = new TrainingReport(0);
  // What goes for all runs is told once the first has begun, as a run by itself tells it.
  let opening: TrainEvent[] | undefined = [];
  const tellOfAll = (event: TrainEvent) => (opening ? opening.push(event) : output.event(event));
  const warn = (text: string) => {
    all.print(`warning: ${text}`);
    tellOfAll({ event: 'notice', message: text });
  };
  const unfinished = resume ? await RunGroup.findUnfinished(asked, plans) : undefined;
  if (resume && !unfinished) all.print('Nothing to go on from was found; the runs begin at their first step');
  if (unfinished?.former !== undefined) {
    warn(`They go on with the runs of ${unfinished.former}, as this task file was called before`);
  }
  const group = unfinished ?? RunGroup.fresh(asked, plans);
  all.print(
    `${count(runs.length, 'run')} over one model ${runs.length === 1 ? 'takes' : 'take'} about ${formatBytes(memoryBytes)} of memory (${formatBytes(freeBytes)} are free)`,
  );
  if (message !== undefined) all.print(`warning: ${message}`);
  tellOfAll({
    event: 'estimate',
    memory_bytes: memoryBytes,
    free_bytes: freeBytes,
    ...(message === undefined ? {} : { message }),
  });
  const short = plans.map(warmupWarning).find((warning) => warning !== undefined);
  const [plan] = plans as [TrainingPlan];
  for (const warning of [short, longAnswersWarning(plan), await unlearntAnswersWarning(plan)])
    if (warning !== undefined) warn(warning);
  const reports = runs.map(({ plan, label }) => new TrainingReport(plan.project.file.trainer.batch_size, label));
  const interrupt = new Interrupt((signal) => {
    const again = signal === 'SIGINT' ? '; Ctrl-C again ends at once' : '';
    all.print(`Stopping all runs after this step${again}`);
  });
  try {
    const ends = await trainTogether(plans, {
      fit: group.fit ?? fit,
      session: { provider: device, spins: true },
      group,
      pauseRequested: () => interrupt.requested,
      nameOf: (run) => runs[run]!.label,
      notice: warn,
      told: (event, run) => {
        output.event({ ...event, of: runs[run]!.of });
        if (event.event === 'start') {
          reports[run]!.started(event);
          for (const one of opening ?? []) output.event(one);
          opening = undefined;
        }
        if (event.event === 'notice') reports[run]!.print(`warning: ${event.message}`);
        if (event.event === 'epoch') reports[run]!.epochEnded(event);
      },
      ...(ended ? { ended } : {}),
    });
    const done = ends.filter((end) => end !== undefined);
    if (done.length < ends.length) {
      output.note(`Stopped after step ${group.step}; go on with: ${command} --resume`);
      return interrupt.exitCode ?? 130;
    }
    await allEnded(done);
    await group.end();
    return 0;
  } catch (error) {
    throw opening === undefined ? withWayOn(error, command) : error;
  } finally {
    interrupt.dispose();
    await group.release();
  }
}

/** Mean and standard deviation (of a sample). */
export function meanAndSpread(values: readonly number[]): { mean: number; deviation: number } {
  const middle = mean(values);
  const squares = sum(values.map((value) => (value - middle) ** 2));
  return { mean: middle, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
