import type {
  StopTrainingParams,
  TrainingParams,
  TrainingProgress,
  TrainParams,
  TrainResult,
} from '../../../protocol/src/training.ts';
import type { EpochEvent, StepEvent, TrainEvent } from '../../../protocol/src/training-events.ts';
import { EngineDied, EngineError } from '../engine/engine-error.ts';

export type RunRequest = Omit<TrainParams, 'token'>;

/** What goes on with a run that was asked for. @param dir its folder, where it had one */
export function resumed(request: RunRequest, dir: string | undefined): RunRequest {
  return { ...request, resume: true, ...(dir === undefined ? {} : { run: dir }) };
}

/** A training run in a process of its own. */
export interface TrainingProcess {
  /** Rejects with EngineError or EngineDied. */
  readonly result: Promise<TrainResult>;
  stop(how: StopTrainingParams['how']): void;
  kill(): void;
}

export type StartTraining = (request: RunRequest, listener: (training: TrainingParams) => void) => TrainingProcess;

/**
 * Keeps the best prompt so far of a run whose process was killed.
 * @param dir the run's folder
 * @returns the epoch that it is of, from 1; undefined where no epoch had ended
 */
export type KeepBest = (file: string, dir: string) => Promise<number | undefined>;

/**
 * `waiting` for the runs before it; `starting` until the first step; `pausing` and `cancelling` until the step that is
 * being computed has ended.
 */
export type RunPhase = 'waiting' | 'starting' | 'training' | 'pausing' | 'cancelling' | 'ended';

export type RunEnd =
  | TrainResult
  /** Taken out of the queue before it began, or stopped before its process did. */
  | { readonly outcome: 'withdrawn' }
  /** It did not end in time after it was cancelled, and was killed. @see KeepBest */
  | { readonly outcome: 'killed'; readonly bestEpoch: number | undefined }
  | { readonly outcome: 'refused'; readonly error: EngineError }
  | { readonly outcome: 'died'; readonly error: EngineDied }
  | { readonly outcome: 'failed'; readonly error: Error };

/** A run of this window, from when it was asked for. */
export interface WindowRun {
  readonly id: number;
  readonly request: RunRequest;
  readonly phase: RunPhase;
  /** The run's folder, once it is known. */
  readonly dir: string | undefined;
  readonly progress: TrainingProgress | undefined;
  readonly end: RunEnd | undefined;
}

/** What has just been made, for a chart, and done otherwise than asked, for the user. */
export interface RunNews {
  readonly steps: readonly StepEvent[];
  readonly epochs: readonly EpochEvent[];
  readonly notices: readonly string[];
}

export type RunListener = (run: WindowRun, news: RunNews) => void;

/** How long a step may go on after its run was cancelled. */
export const CANCEL_LIMIT_MS = 5000;
/** How long a process then has to let go of the model, for which a busy machine leaves it little time. */
export const LET_GO_LIMIT_MS = 20_000;

/** What a run tells when it has kept what it came to. */
const LAST_EVENTS: ReadonlySet<TrainEvent['event']> = new Set(['cancelled', 'done', 'stopped']);

const NO_NEWS: RunNews = { steps: [], epochs: [], notices: [] };

type MutableRun = { -readonly [key in keyof WindowRun]: WindowRun[key] };

/** The runs of a window, one at a time, as two would only take the machine from each other. */
export class RunQueue {
  readonly #start: StartTraining;
  readonly #keepBest: KeepBest;
  readonly #listeners = new Set<RunListener>();
  readonly #runs: MutableRun[] = [];
  #active: { readonly run: MutableRun; readonly process: TrainingProcess } | undefined;
  #killTimer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(start: StartTraining, keepBest: KeepBest = async () => undefined) {
    this.#start = start;
    this.#keepBest = keepBest;
  }

  /** All that have not ended, the first to go in front. */
  get open(): readonly WindowRun[] {
    return this.#runs;
  }

  listen(listener: RunListener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Puts a run at the end of the queue, and starts it where it is the first. */
  add(request: RunRequest): WindowRun {
    const run: MutableRun = {
      id: nextId++,
      request,
      phase: 'waiting',
      dir: undefined,
      progress: undefined,
      end: undefined,
    };
    this.#runs.push(run);
    this.#tell(run);
    this.#startNext();
    return run;
  }

  /** Resolves with how a run has ended. */
  ended(id: number): Promise<RunEnd> {
    return new Promise((resolve) => {
      const listener = this.listen((run) => {
        if (run.id !== id || run.end === undefined) return;
        listener.dispose();
        resolve(run.end);
      });
    });
  }

  /**
   * Ends a run: `pause` so that it can go on later, `cancel` for good with the best prompt so far. One that waits is taken
   * out of the queue.
   */
  stop(id: number, how: StopTrainingParams['how']): void {
    const run = this.#runs.find((candidate) => candidate.id === id);
    if (!run) return;
    if (this.#active?.run !== run) {
      this.#finish(run, { outcome: 'withdrawn' });
      return;
    }
    // Whoever has cancelled it waits for its end; a pause, such as that of a terminal that was closed, does not take that back.
    if (run.phase === 'cancelling') return;
    const { process } = this.#active;
    process.stop(how);
    run.phase = how === 'pause' ? 'pausing' : 'cancelling';
    if (how === 'cancel') this.#limit(process, CANCEL_LIMIT_MS);
    this.#tell(run);
  }

  #limit(process: TrainingProcess, milliseconds: number): void {
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => process.kill(), milliseconds);
  }

  /** The window closes: the end of the run that goes on lets none begin, as the next window has those that wait. */
  close(): void {
    this.#isClosed = true;
  }

  #startNext(): void {
    const [run] = this.#runs;
    if (this.#active || !run || this.#isClosed) return;
    run.phase = 'starting';
    const process = this.#start(run.request, (training) => this.#take(run, training));
    this.#active = { run, process };
    this.#tell(run);
    process.result.then(
      (result) => this.#finish(run, result),
      (error: unknown) => this.#finishBroken(run, error),
    );
  }

  async #finishBroken(run: MutableRun, error: unknown): Promise<void> {
    if (!(error instanceof EngineDied) || run.phase !== 'cancelling') {
      this.#finish(run, endOf(error));
      return;
    }
    const keeping = run.dir === undefined ? undefined : this.#keepBest(run.request.file, run.dir);
    // What could not be kept now is in the run's folder, and the run may be resumed.
    this.#finish(run, { outcome: 'killed', bestEpoch: await keeping?.catch(() => undefined) });
  }

  #take(run: MutableRun, { events, progress }: TrainingParams): void {
    if (run.end) return;
    run.progress = progress;
    for (const event of events) {
      if (this.#killTimer && LAST_EVENTS.has(event.event)) this.#limit(this.#active!.process, LET_GO_LIMIT_MS);
      if (event.event !== 'start') continue;
      run.dir = event.run;
      if (run.phase === 'starting') run.phase = 'training';
    }
    this.#tell(run, {
      steps: events.filter((event) => event.event === 'step'),
      epochs: events.filter((event) => event.event === 'epoch'),
      notices: events.flatMap((event) => (event.event === 'notice' ? [event.message] : [])),
    });
  }

  #finish(run: MutableRun, end: RunEnd): void {
    this.#runs.splice(this.#runs.indexOf(run), 1);
    if (this.#active?.run === run) {
      this.#active = undefined;
      clearTimeout(this.#killTimer);
      this.#killTimer = undefined;
    }
    run.phase = 'ended';
    run.end = end;
    if ('run' in end) run.dir = end.run;
    this.#tell(run);
    this.#startNext();
  }

  #tell(run: WindowRun, news = NO_NEWS): void {
    for (const listener of [...this.#listeners]) listener(run, news);
  }
}

let nextId = 1;

function endOf(error: unknown): RunEnd {
  if (error instanceof EngineDied) return { outcome: 'died', error };
  if (error instanceof EngineError) {
    return error.kind === 'cancelled' ? { outcome: 'withdrawn' } : { outcome: 'refused', error };
  }
  return { outcome: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
}
