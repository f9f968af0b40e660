import { type ChildProcess, fork } from 'node:child_process';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import type {
  ClientNotifications,
  EngineErrorData,
  EngineNotifications,
  EngineRequests,
  EngineRole,
} from '../../../protocol/src/engine.ts';
import { EngineDied, EngineError } from './engine-error.ts';
import { engineStart } from './engine-start.ts';
import { LastLines } from './last-lines.ts';

export interface EngineLog {
  info(line: string): void;
  error(line: string): void;
}

export interface EngineOptions {
  /** Path of the engine's program. */
  readonly program: string;
  readonly role: EngineRole;
  readonly log: EngineLog;
  readonly env?: Readonly<Record<string, string>>;
}

const LAST_LINES = 20;

type Listeners = { [M in keyof EngineNotifications]?: Set<(params: EngineNotifications[M]) => void> };

/** A process of `dist/engine.js`. It ends with this one, whose channel it listens to. */
export class EngineProcess {
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #lines = new LastLines(LAST_LINES);
  readonly #listeners: Listeners = {};
  /** What makes each open request fail. They are kept here, and not as steps after `ended`, which would keep every answer until then. */
  readonly #open = new Set<(died: EngineDied) => void>();
  #how: string | undefined;

  constructor({ program, role, log, env }: EngineOptions) {
    this.#child = fork(program, [role], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      ...engineStart(role, { ...process.env, ...env }),
    });
    const take = (line: string) => {
      this.#lines.add(line);
      log.info(`[${role} ${this.#child.pid}] ${line}`);
    };
    eachLine(this.#child.stdout, take);
    eachLine(this.#child.stderr, take);
    this.#connection = createMessageConnection(new IPCMessageReader(this.#child), new IPCMessageWriter(this.#child));
    this.#connection.onError(([error]) => log.error(`[${role} ${this.#child.pid}] ${error.message}`));
    this.#connection.listen();
    this.ended = new Promise((resolve) => {
      // There may be more than one, as where it cannot be ended.
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    void this.ended.then((how) => {
      this.#how = how;
      log.info(`[${role} ${this.#child.pid}] ended: ${how}`);
      for (const fail of this.#open) fail(this.#died(how));
      this.#connection.dispose();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it wrote to its log last. */
  get lastLines(): readonly string[] {
    return this.#lines.all();
  }

  /**
   * @param signal withdraws the request, which then fails as `cancelled`
   * @throws EngineError, EngineDied
   */
  async request<M extends keyof EngineRequests>(
    method: M,
    params: EngineRequests[M]['params'],
    signal?: AbortSignal,
  ): Promise<EngineRequests[M]['result']> {
    if (signal?.aborted) throw new EngineError('cancelled', 'cancelled');
    if (this.#how !== undefined) throw this.#died(this.#how);
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    signal?.addEventListener('abort', cancel);
    let fail: (died: EngineDied) => void = () => undefined;
    const died = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.#open.add(fail);
    try {
      const answer = this.#connection.sendRequest<EngineRequests[M]['result']>(method, params, source.token);
      // A connection that is closed fails at once; the process's own end says more.
      return await Promise.race([answer.catch((error) => this.#explain(error, died)), died]);
    } finally {
      this.#open.delete(fail);
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  /** A process that has ended is told nothing. */
  notify<M extends keyof ClientNotifications>(method: M, params: ClientNotifications[M]): void {
    // The connection would throw at once.
    if (this.#how !== undefined) return;
    void this.#connection.sendNotification(method, params).catch(() => undefined);
  }

  on<M extends keyof EngineNotifications>(
    method: M,
    listener: (params: EngineNotifications[M]) => void,
  ): { dispose(): void } {
    const listeners: Set<(params: EngineNotifications[M]) => void> = this.#listeners[method] ?? new Set();
    if (!this.#listeners[method]) {
      // A connection has room for one handler a method.
      this.#listeners[method] = listeners as Listeners[M];
      this.#connection.onNotification(method, (params: EngineNotifications[M]) => {
        for (const each of [...listeners]) each(params);
      });
    }
    listeners.add(listener);
    return { dispose: () => listeners.delete(listener) };
  }

  /** Asks the process to end, and kills it after `limit` milliseconds. Resolves when it has gone. */
  async end(limit: number): Promise<void> {
    this.notify('exit', {});
    const timer = setTimeout(() => this.kill(), limit);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #died(how: string): EngineDied {
    return new EngineDied(how, this.#lines.all());
  }

  #explain(error: unknown, died: Promise<never>): Promise<never> {
    if (error instanceof ResponseError && isErrorData(error.data)) {
      const { kind, details } = error.data;
      if (details !== undefined) this.#lines.add(details);
      throw new EngineError(error.message, kind);
    }
    if (error instanceof ResponseError && this.#child.exitCode === null && this.#child.signalCode === null) {
      throw new EngineError(error.message, 'internal');
    }
    return died;
  }
}

function isErrorData(data: unknown): data is EngineErrorData {
  return typeof data === 'object' && data !== null && 'kind' in data;
}

function eachLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) take(line);
  });
  stream?.on('end', () => {
    if (rest) take(rest);
  });
}
