import type { DeviceName, EngineNotifications, EngineRequests } from '../../../protocol/src/engine.ts';
import { EngineDied } from './engine-error.ts';
import { type EngineLog, EngineProcess } from './engine-process.ts';

/** So many deaths in a row, without an answer between them, and it is started no more until it is asked to. */
const MOST_DEATHS = 3;

type Reading = Exclude<keyof EngineRequests, 'train'>;

/** The engine process that answers everything that only reads. It is started when it is first asked, and anew when it died. */
export class PredictionEngine {
  readonly #program: string;
  readonly #log: EngineLog;
  readonly #onDeath: (death: EngineDied) => void;
  readonly #deviceOf: (file: string) => DeviceName | 'auto';
  readonly #env: () => Readonly<Record<string, string>>;
  #process: EngineProcess | undefined;
  readonly #restartListeners = new Set<() => void>();
  #deaths = 0;
  #lastDeath: EngineDied | undefined;
  #isEnding = false;

  /**
   * @param onDeath told once for each death, whether a request was waiting or not
   * @param deviceOf what a task file is computed on
   * @param env variables that the process gets beside those of this one
   */
  constructor(
    program: string,
    log: EngineLog,
    onDeath: (death: EngineDied) => void,
    deviceOf: (file: string) => DeviceName | 'auto',
    env: () => Readonly<Record<string, string>> = () => ({}),
  ) {
    this.#program = program;
    this.#log = log;
    this.#onDeath = onDeath;
    this.#deviceOf = deviceOf;
    this.#env = env;
  }

  /** The process that runs now. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * @param listen notifications that are wanted while the request goes on
   * @throws EngineError, EngineDied
   */
  async request<M extends Reading>(
    method: M,
    params: EngineRequests[M]['params'],
    { signal, listen = {} }: { signal?: AbortSignal; listen?: Listeners } = {},
  ): Promise<EngineRequests[M]['result']> {
    if (this.#lastDeath && this.#deaths >= MOST_DEATHS) throw this.#lastDeath;
    const process = this.#running();
    const disposables = [
      ...(listen.predicted ? [process.on('predicted', listen.predicted)] : []),
      ...(listen.evaluated ? [process.on('evaluated', listen.evaluated)] : []),
      ...(listen.fetching ? [process.on('fetching', listen.fetching)] : []),
    ];
    try {
      const asked = 'file' in params ? { ...params, device: this.#deviceOf(params.file) } : params;
      const result = await process.request(method, asked, signal);
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
    for (const listener of this.#restartListeners) listener();
  }

  /** When it was started again, so that what it did not answer may be asked once more. */
  onRestart(listener: () => void): { dispose(): void } {
    this.#restartListeners.add(listener);
    return { dispose: () => this.#restartListeners.delete(listener) };
  }

  async end(limit: number): Promise<void> {
    this.#isEnding = true;
    await this.#process?.end(limit);
  }

  #running(): EngineProcess {
    if (this.#process) return this.#process;
    const process = new EngineProcess({ program: this.#program, role: 'predict', log: this.#log, env: this.#env() });
    this.#process = process;
    void process.ended.then((how) => {
      this.#process = undefined;
      if (this.#isEnding) return;
      this.#deaths++;
      this.#lastDeath = new EngineDied(how, process.lastLines);
      this.#onDeath(this.#lastDeath);
    });
    return process;
  }
}

type Listeners = { readonly [M in 'predicted' | 'evaluated' | 'fetching']?: (params: EngineNotifications[M]) => void };
