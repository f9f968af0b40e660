import { randomUUID } from 'node:crypto';
import type { RunRequest, StartTraining, TrainingProcess } from '../runs/run-queue.ts';
import { type EngineLog, EngineProcess } from './engine-process.ts';

/** How long a process may take to end after its run has. */
const END_LIMIT_MS = 2000;

/** Starts training runs, each in a process of its own, and knows those that live. */
export class TrainingProcesses {
  readonly #program: string;
  readonly #log: EngineLog;
  readonly #processes = new Set<EngineProcess>();

  constructor(program: string, log: EngineLog) {
    this.#program = program;
    this.#log = log;
  }

  readonly start: StartTraining = (request, listener): TrainingProcess => {
    const engine = new EngineProcess({ program: this.#program, role: 'train', log: this.#log });
    this.#processes.add(engine);
    void engine.ended.then(() => this.#processes.delete(engine));
    const token = randomUUID();
    engine.on('training', (training) => {
      if (training.token === token) listener(training);
    });
    return {
      result: this.#run(engine, request, token),
      stop: (how) => engine.notify('stopTraining', { how }),
      kill: () => engine.kill(),
    };
  };

  /** The processes that live. */
  get pids(): readonly number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  /** Pauses what runs, and kills what has not ended after `limit` milliseconds. */
  async endAll(limit: number): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process.end(limit)));
  }

  async #run(engine: EngineProcess, { file, tasknames, resume, device }: RunRequest, token: string) {
    try {
      return await engine.request('train', { token, file, tasknames, resume, device });
    } finally {
      void engine.end(END_LIMIT_MS);
    }
  }
}
