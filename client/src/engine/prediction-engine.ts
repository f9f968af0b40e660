import type { DeviceName } from '../../../protocol/src/devices.ts';
import type { EngineNotifications, EngineRequests } from '../../../protocol/src/engine.ts';
import { EngineDied, EngineError } from './engine-error.ts';
import { type EngineLog, EngineProcess } from './engine-process.ts';
import type { Permit } from './permit.ts';

/** So many deaths in a row, without an answer between them, and it is started no more for what is shown by itself. */
const MOST_DEATHS = 3;

type Reading = Exclude<keyof EngineRequests, 'train' | 'keepBestPrompts'>;

export interface PredictionEngineOptions {
  /** Path of the engine's program. */
  readonly program: string;
  readonly log: EngineLog;
  readonly permit: Permit;
  /** What a task file is computed on. */
  deviceOf(file: string): DeviceName | 'auto';
  /** Variables that the process gets beside those of this one. */
  env(): Readonly<Record<string, string>>;
  /** Told once for each death, whether a request was waiting or not. */
  onDeath(death: EngineDied): void;
}

interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Notifications that are wanted while the request goes on. */
  readonly listen?: Listeners;
  /** The user has asked for it, and waits. */
  readonly isCommand?: boolean;
}

/** A process that is replaced ends in so many milliseconds. */
const END_LIMIT_MS = 3000;

/** The engine process that answers everything that only reads. It is started when it is first asked, and anew when it died. */
export class PredictionEngine {
  readonly #options: PredictionEngineOptions;
  #process: EngineProcess | undefined;
  /** What the process that runs now has not answered yet. */
  #open = new Set<Promise<unknown>>();
  readonly #askAnewListeners = new Set<() => void>();
  #deaths = 0;
  #lastDeath: EngineDied | undefined;
  #isEnding = false;

  constructor(options: PredictionEngineOptions) {
    this.#options = options;
  }

  /** The process that runs now. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** @throws EngineError, EngineDied */
  async request<M extends Reading>(
    method: M,
    params: EngineRequests[M]['params'],
    { signal, listen = {}, isCommand = false }: RequestOptions = {},
  ): Promise<EngineRequests[M]['result']> {
    // Whoever asks for something may have put right what it died of.
    if (!isCommand && this.#lastDeath && this.#deaths >= MOST_DEATHS) throw this.#lastDeath;
    const { permit, deviceOf } = this.#options;
    if ('file' in params) await (isCommand ? permit.ask(params.file) : permit.require(params.file));
    // It was withdrawn meanwhile; or the window closes, and what is drawn until it has gone would start a process of its own.
    if (signal?.aborted || this.#isEnding) throw new EngineError('cancelled', 'cancelled');
    const process = this.#running();
    const disposables = [
      ...(listen.predicted ? [process.on('predicted', listen.predicted)] : []),
      ...(listen.evaluated ? [process.on('evaluated', listen.evaluated)] : []),
      ...(listen.fetching ? [process.on('fetching', listen.fetching)] : []),
    ];
    try {
      const asked = 'file' in params ? { ...params, device: deviceOf(params.file) } : params;
      const result = await this.#answer(process.request(method, asked, signal));
      this.#deaths = 0;
      return result;
    } finally {
      for (const disposable of disposables) disposable.dispose();
    }
  }

  /** Starts it before it is asked for the first time. */
  start(): void {
    if (!this.#isEnding) this.#running();
  }

  /** Starts it, however often it has died. */
  restart(): void {
    this.#deaths = 0;
    this.#running();
    this.askAnew();
  }

  /** Ends the process that runs, which may hang, with all that it has yet to answer, and starts another. */
  replace(): void {
    this.#process?.kill();
    this.#process = undefined;
    this.#open = new Set();
    this.restart();
  }

  /** Has a new process answer from now on, which finds what has come to this machine; the present one ends with its last answer. */
  renew(): void {
    const [process, open] = [this.#process, this.#open];
    this.#process = undefined;
    this.#open = new Set();
    if (process) void Promise.allSettled(open).then(() => process.end(END_LIMIT_MS));
    this.askAnew();
  }

  /** What it did not answer may be asked once more. */
  askAnew(): void {
    for (const listener of this.#askAnewListeners) listener();
  }

  /** When what was not answered may be asked once more: it was started again, or may read what it might not before. */
  onAskAnew(listener: () => void): { dispose(): void } {
    this.#askAnewListeners.add(listener);
    return { dispose: () => this.#askAnewListeners.delete(listener) };
  }

  async end(limit: number): Promise<void> {
    this.#isEnding = true;
    await this.#process?.end(limit);
  }

  async #answer<T>(answer: Promise<T>): Promise<T> {
    const open = this.#open;
    open.add(answer);
    try {
      return await answer;
    } finally {
      open.delete(answer);
    }
  }

  #running(): EngineProcess {
    if (this.#process) return this.#process;
    const { program, log, env } = this.#options;
    const process = new EngineProcess({ program, role: 'predict', log, env: env() });
    this.#process = process;
    void process.ended.then((how) => {
      if (this.#process !== process) return;
      this.#process = undefined;
      if (this.#isEnding) return;
      this.#deaths++;
      this.#lastDeath = new EngineDied(how, process.lastLines);
      this.#options.onDeath(this.#lastDeath);
    });
    return process;
  }
}

type Listeners = { readonly [M in 'predicted' | 'evaluated' | 'fetching']?: (params: EngineNotifications[M]) => void };
