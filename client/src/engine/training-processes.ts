import { randomUUID } from 'node:crypto';
import type { TrainingParams } from '../../../protocol/src/training.ts';
import type { RunRequest, StartTraining, TrainingProcess } from '../runs/run-queue.ts';
import { EngineError } from './engine-error.ts';
import { type EngineLog, EngineProcess } from './engine-process.ts';
import type { Permit } from './permit.ts';

/** How long a process may take to end after its run has. */
const END_LIMIT_MS = 2000;

/** How long a process may take to start and to write a prompt table. */
const KEEP_LIMIT_MS = 20_000;

export interface TrainingProcessesOptions {
  /** Path of the engine's program. */
  readonly program: string;
  readonly log: EngineLog;
  readonly permit: Permit;
  /** Variables that each process gets beside those of this one. */
  env(): Readonly<Record<string, string>>;
}

/** Starts training runs, each in a process of its own, and knows those that live. */
export class TrainingProcesses {
  readonly #options: TrainingProcessesOptions;
  readonly #processes = new Set<EngineProcess>();

  constructor(options: TrainingProcessesOptions) {
    this.#options = options;
  }

  readonly start: StartTraining = (request, listener): TrainingProcess => {
    let withdraw = (): void => undefined;
    // The user may be asked about paths, and stop the run instead of answering.
    const withdrawn = new Promise<never>((_, reject) => {
      withdraw = () => reject(new EngineError('cancelled', 'cancelled'));
    });
    const permitted = this.#options.permit.ask(request.file);
    const starting = Promise.race([permitted, withdrawn]).then(() => this.#startProcess());
    const whenStarted = (action: (engine: EngineProcess) => void) => void starting.then(action, () => undefined);
    return {
      result: starting.then((engine) => this.#run(engine, request, listener)),
      stop: (how) => {
        withdraw();
        whenStarted((engine) => engine.notify('stopTraining', { how }));
      },
      kill: () => {
        withdraw();
        whenStarted((engine) => engine.kill());
      },
    };
  };

  /**
   * Puts the best prompts so far of a run whose process was killed into the prompt table.
   * @returns the latest epoch that one is of, from 1; undefined where no epoch had ended
   * @throws EngineError, EngineDied
   */
  readonly keepBest = async (file: string, run: string): Promise<number | undefined> => {
    const engine = this.#startProcess();
    const limit = setTimeout(() => engine.kill(), KEEP_LIMIT_MS);
    try {
      const { bestEpochs } = await engine.request('keepBestPrompts', { file, run });
      const epochs = Object.values(bestEpochs);
      return epochs.length === 0 ? undefined : Math.max(...epochs);
    } finally {
      clearTimeout(limit);
      void engine.end(END_LIMIT_MS);
    }
  };

  /** The processes that live. */
  get pids(): readonly number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  /** Pauses what runs, and kills what has not ended after `limit` milliseconds. */
  async endAll(limit: number): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process.end(limit)));
  }

  #startProcess(): EngineProcess {
    const { program, log, env } = this.#options;
    const engine = new EngineProcess({ program, role: 'train', log, env: env() });
    this.#processes.add(engine);
    void engine.ended.then(() => this.#processes.delete(engine));
    return engine;
  }

  async #run(
    engine: EngineProcess,
    { file, tasknames, resume, run, device }: RunRequest,
    listener: (training: TrainingParams) => void,
  ) {
    const token = randomUUID();
    engine.on('training', (training) => {
      if (training.token === token) listener(training);
    });
    try {
      const which = run === undefined ? {} : { run };
      return await engine.request('train', { token, file, tasknames, resume, ...which, device });
    } finally {
      void engine.end(END_LIMIT_MS);
    }
  }
}
