import type { DoneEvent } from '../../../protocol/src/training-events.ts';
import { formatLoss } from '../progress.ts';
import { count, shortPath } from '../text.ts';
import { planTraining, type TrainingPlan } from '../train/plan.ts';
import { train } from '../train/train.ts';
import { crossValidate } from './cross-validate.ts';
import { DEVICE_OPTION, deviceToUse, wantedDevice } from './device.ts';
import { Interrupt } from './interrupt.ts';
import { Output } from './output.ts';
import { openForRun } from './problems.ts';
import { shellWord } from './shell-word.ts';
import type { RunOptions } from './side-by-side.ts';
import { trainSeeds } from './train-seeds.ts';
import { metricTexts, TrainingReport } from './training-report.ts';
import { readArguments, UsageError, wholeNumber } from './usage.ts';
import { withWayOn } from './way-on.ts';

/** `ptask train FILE`: learns the prompts of new tasks. */
export async function trainCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    {
      task: { type: 'string', multiple: true },
      ...DEVICE_OPTION,
      resume: { type: 'boolean', default: false },
      seeds: { type: 'string' },
      folds: { type: 'string' },
      json: { type: 'boolean' },
    },
    [1, 1],
  );
  const several = severalRuns(values);
  const wanted = wantedDevice(values.device);
  const output = new Output(values.json);
  const file = positionals[0]!;
  const project = await openForRun(file, output, values.task);
  const tasks = [...new Set(values.task ?? [])];
  const { precision } = project.file.trainer;
  const device = await deviceToUse(wanted, { precision, tell: (line) => output.note(line) });
  const command = [
    'ptask train',
    shellWord(file),
    ...(values.task ?? []).map((task) => `--task ${shellWord(task)}`),
  ].join(' ');
  const { resume } = values;
  if (several?.kind === 'seeds') {
    const { seeds } = several;
    const options = { device, output, resume, command: `${command} --seeds ${shellWord(seeds.join(','))}` };
    return trainSeeds(project, { tasks, seeds }, options);
  }
  const plan = await planTraining(project, tasks);
  if (several) {
    const { folds } = several;
    return crossValidate(plan, folds, { device, output, resume, command: `${command} --folds ${folds}` });
  }
  const outcome = await runTraining(plan, { resume, device, output, command });
  if (outcome.kind === 'stopped') {
    output.note(`Stopped after step ${outcome.step}; go on with: ${command} --resume`);
    return outcome.exitCode;
  }
  tellWhatWasLearnt(outcome.done, output);
  const word = shellWord(file);
  const hasTestRows = project.file.data.test_ds.length > 0;
  output.text(`Next: ptask ${hasTestRows ? `evaluate ${word}` : `predict ${word} --input ROWS`}`);
  return 0;
}

type SeveralRuns =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[] }
  | { readonly kind: 'folds'; readonly folds: number };

/** @throws UsageError */
function severalRuns({
  seeds,
  folds,
}: {
  seeds?: string | undefined;
  folds?: string | undefined;
}): SeveralRuns | undefined {
  if (seeds === undefined && folds === undefined) return undefined;
  if (seeds !== undefined && folds !== undefined) throw new UsageError('--seeds and --folds do not go together');
  if (folds !== undefined) return { kind: 'folds', folds: wholeNumber('folds', folds, 2) };
  // PowerShell makes blanks of commas on the way to a program of npm.
  const list = seeds!
    .trim()
    .split(/\s*,\s*|\s+/)
    .map((seed) => wholeNumber('seeds', seed, 0));
  if (new Set(list).size < list.length) throw new UsageError('--seeds names one seed twice');
  return { kind: 'seeds', seeds: list };
}

export type TrainingOutcome =
  | { readonly kind: 'done'; readonly done: DoneEvent }
  | { readonly kind: 'stopped'; readonly step: number; readonly exitCode: number };

/** Runs a plan to its end, or until Ctrl-C, and shows how it goes. */
export async function runTraining(
  plan: TrainingPlan,
  { resume, device, output, command }: RunOptions,
): Promise<TrainingOutcome> {
  const report = new TrainingReport(plan.project.file.trainer.batch_size);
  const interrupt = new Interrupt((signal) => {
    const again = signal === 'SIGINT' ? '; Ctrl-C again ends at once' : '';
    report.print(`Stopping after this step${again}`);
  });
  let hasBegun = false;
  try {
    for await (const event of train(plan, {
      resume,
      session: { provider: device, spins: true },
      stopRequested: () => (interrupt.requested ? 'pause' : undefined),
    })) {
      output.event(event);
      switch (event.event) {
        case 'start':
          hasBegun = true;
          report.started(event);
          if (resume && event.from_step === 0) {
            report.print('Nothing to go on from was found; the run begins at its first step');
          }
          break;
        case 'estimate':
          report.estimated(event);
          break;
        case 'notice':
          report.print(`warning: ${event.message}`);
          break;
        case 'step':
          report.stepped(event);
          break;
        case 'epoch':
          report.epochEnded(event);
          break;
        case 'stopped':
          return { kind: 'stopped', step: event.step, exitCode: interrupt.exitCode ?? 130 };
        case 'done':
          if (event.stopped_early) {
            report.print(`Stopped after ${count(event.epochs, 'epoch')}: validation no longer got better`);
          }
          return { kind: 'done', done: event };
      }
    }
  } catch (error) {
    throw hasBegun ? withWayOn(error, command) : error;
  } finally {
    report.done();
    interrupt.dispose();
  }
  throw new Error('the training run ended without a result');
}

function tellWhatWasLearnt(done: DoneEvent, output: Output): void {
  for (const [task, { virtual_tokens, best_epoch, validation, learning }] of Object.entries(done.tasks)) {
    const measured = validation ? metricTexts(validation) : [];
    const rows =
      validation && measured.length > 0 ? `; ${measured.join(', ')} on ${validation.rows} validation rows` : '';
    output.text(
      `Wrote ${task} (${virtual_tokens} virtual tokens, of epoch ${best_epoch}${rows}) to ${shortPath(done.prompt_table)}`,
    );
    // What a user must know before trusting the prompt.
    if (learning?.message) output.note(`warning: ${task} ${learning.message}`);
  }
  if (done.precision) {
    const { rows, loss, float32_loss } = done.precision;
    output.text(
      `Steps in lower precision saw a loss of ${formatLoss(loss)} on ${count(rows, 'validation row')}; in float32, as everything else is, it is ${formatLoss(float32_loss)}`,
    );
  }
  output.text(`The run's record: ${shortPath(done.run)}`);
}
