import { setImmediate } from 'node:timers/promises';
import { t } from '../../../l10n/src/words.ts';
import type { TrainedTask, TrainParams, TrainResult } from '../../../protocol/src/training.ts';
import type { TrainEvent, TrainedPrompt } from '../../../protocol/src/training-events.ts';
import { InputError } from '../errors.ts';
import { openForRun } from '../project.ts';
import { planTraining } from '../train/plan.ts';
import { requireResumable } from '../train/run-folder.ts';
import { RunProgress } from '../train/run-progress.ts';
import { type StopRequest, train } from '../train/train.ts';
import type { Connection, Notify } from './connection.ts';
import { DeviceChoice } from './device-choice.ts';
import { keepBestOf } from './keep-best.ts';
import { log } from './log.ts';
import { taskFileNow } from './renamed-file.ts';
import type { Role } from './role.ts';

/** One training run, or what one has left. @param program the engine's own, which tries devices */
export function trainRole(connection: Connection, program: URL): Role {
  let run: Promise<TrainResult> | undefined;
  let stop: StopRequest | undefined;
  const request = (how: StopRequest) => {
    // A cancelled run is not paused after all.
    stop = stop === 'cancel' ? stop : how;
  };
  connection.on('stopTraining', ({ how }) => request(how));
  connection.handle({
    train: (params, signal) => {
      if (run) throw new InputError(t('this process has had its run; start another for the next one'));
      signal.addEventListener('abort', () => request('cancel'));
      if (signal.aborted) request('cancel');
      run = runTraining(params, new DeviceChoice(program), () => stop, connection.notify);
      return run;
    },
    keepBestPrompts: keepBestOf,
  });
  return {
    end: async () => {
      request('pause');
      await run?.catch(() => undefined);
    },
  };
}

async function runTraining(
  { token, file, tasknames, resume, run, device }: TrainParams,
  devices: DeviceChoice,
  stopRequested: () => StopRequest | undefined,
  notify: Notify,
): Promise<TrainResult> {
  const isOfRun = resume && run !== undefined;
  const project = await openForRun(isOfRun ? await taskFileNow(file, run) : file, log.info);
  const plan = await planTraining(project, tasknames);
  if (isOfRun) await requireResumable(run, project.path, [...plan.tasks.keys()], plan.hash);
  const session = { provider: await devices.of(device, project.file.trainer.precision) };
  const teller = new Teller(token, project.file.trainer.batch_size, notify);
  try {
    for await (const event of train(plan, { resume, session, stopRequested })) {
      teller.tell(event);
      const result = resultOf(event);
      if (result) return result;
      // Messages are heard between steps, and only if their turn comes.
      await setImmediate();
    }
  } finally {
    // Where the run failed, its last steps say how.
    teller.flush();
    plan.train.close();
    plan.validation.close();
  }
  throw new Error('the training run ended without a result');
}

function resultOf(event: TrainEvent): TrainResult | undefined {
  switch (event.event) {
    case 'stopped':
      return { outcome: 'paused', run: event.run, step: event.step };
    case 'cancelled': {
      const { run, step, prompt_table, tasks } = event;
      return { outcome: 'cancelled', run, step, promptTable: prompt_table, tasks: trainedTasks(tasks) };
    }
    case 'done': {
      const { run, prompt_table, stopped_early, tasks } = event;
      return {
        outcome: 'done',
        run,
        promptTable: prompt_table,
        stoppedEarly: stopped_early,
        tasks: trainedTasks(tasks),
      };
    }
    default:
      return undefined;
  }
}

function trainedTasks(tasks: Readonly<Record<string, TrainedPrompt>>): TrainedTask[] {
  return Object.entries(tasks).map(([taskname, { virtual_tokens, best_epoch, validation, learning }]) => ({
    taskname,
    virtualTokens: virtual_tokens,
    bestEpoch: best_epoch,
    validation: validation && {
      rows: validation.rows,
      loss: validation.loss,
      accuracy: validation.accuracy,
      slotF1: validation.slot_f1,
      wordF1: validation.word_f1,
    },
    learning,
  }));
}

/** Milliseconds between two notifications of nothing but steps: a small model takes hundreds of steps a second. */
const TELL_EVERY = 100;

/** Tells the client of a run's events, several at a time. */
class Teller {
  private readonly token: string;
  private readonly batchSize: number;
  private readonly notify: Notify;
  private progress: RunProgress | undefined;
  private events: TrainEvent[] = [];
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(token: string, batchSize: number, notify: Notify) {
    this.token = token;
    this.batchSize = batchSize;
    this.notify = notify;
  }

  tell(event: TrainEvent): void {
    if (event.event === 'start') this.progress = new RunProgress(event, this.batchSize);
    if (event.event === 'step') this.progress!.stepped(event);
    this.events.push(event);
    if (event.event !== 'step') log.info(JSON.stringify(event));
    if (event.event !== 'step' || performance.now() - this.toldAt >= TELL_EVERY) this.flush();
  }

  flush(): void {
    if (this.events.length === 0) return;
    this.notify('training', { token: this.token, events: this.events, progress: this.progress!.state });
    this.events = [];
    this.toldAt = performance.now();
  }
}
