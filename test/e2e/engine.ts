import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { engineStart } from '../../client/src/engine/engine-start.ts';
import type {
  ClientNotifications,
  EngineErrorData,
  EngineNotifications,
  EngineRequests,
  EngineRole,
} from '../../protocol/src/engine.ts';

export const ENGINE = path.resolve(import.meta.dirname, '../../dist/engine.js');

/** The date is fixed, so that the same training gives the same bytes. */
export const ENGINE_ENV = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' };

/** The real engine as a child of the test, as a client has it. It is killed when the test is over. */
export class Engine {
  readonly child: ChildProcess;
  /** How it ended, such as `0` or `SIGKILL`. */
  readonly ended: Promise<string>;
  /** What it wrote to its log. */
  log = '';
  private readonly connection: MessageConnection;

  constructor(role: EngineRole, env: Readonly<Record<string, string>> = {}, program = ENGINE) {
    this.child = fork(program, [role], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...engineStart(role, { ...ENGINE_ENV, ...env }),
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve(signal ?? String(code)));
    });
    this.connection = createMessageConnection(new IPCMessageReader(this.child), new IPCMessageWriter(this.child));
    this.connection.listen();
    onTestFinished(() => {
      this.child.kill('SIGKILL');
      this.connection.dispose();
    });
  }

  /** @throws EngineFault with what the engine says of its error */
  request<M extends keyof EngineRequests>(
    method: M,
    params: EngineRequests[M]['params'],
    signal?: AbortSignal,
  ): Promise<EngineRequests[M]['result']> {
    const source = new CancellationTokenSource();
    signal?.addEventListener('abort', () => source.cancel());
    return this.connection
      .sendRequest<EngineRequests[M]['result']>(method, params, source.token)
      .catch((error: unknown) => {
        if (error instanceof ResponseError) throw new EngineFault(error.message, error.data as EngineErrorData);
        throw error;
      });
  }

  notify<M extends keyof ClientNotifications>(method: M, params: ClientNotifications[M]): void {
    void this.connection.sendNotification(method, params);
  }

  on<M extends keyof EngineNotifications>(method: M, listener: (params: EngineNotifications[M]) => void): void {
    this.connection.onNotification(method, listener);
  }

  /** The next notification that meets a condition. */
  next<M extends keyof EngineNotifications>(
    method: M,
    meets: (params: EngineNotifications[M]) => boolean = () => true,
  ): Promise<EngineNotifications[M]> {
    return new Promise((resolve) => {
      this.on(method, (params) => {
        if (meets(params)) resolve(params);
      });
    });
  }
}

export class EngineFault extends Error {
  readonly data: EngineErrorData;

  constructor(message: string, data: EngineErrorData) {
    super(message);
    this.data = data;
  }
}

/** What a request fails with. */
export async function faultOf(request: Promise<unknown>): Promise<EngineFault> {
  const outcome = await request.catch((error: unknown) => error);
  if (outcome instanceof EngineFault) return outcome;
  throw new Error(`no fault of the engine: ${JSON.stringify(outcome)}`);
}
