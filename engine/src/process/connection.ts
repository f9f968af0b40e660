import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { ClientNotifications, EngineNotifications, EngineRequests } from '../../../protocol/src/engine.ts';
import { log } from './log.ts';
import { requireShape } from './request-shapes.ts';
import { responseError } from './response-error.ts';

type Method = keyof EngineRequests;

/** Answers one kind of request, whose fields hold what they may. Whatever it throws is turned into a typed error. */
export type Handler<M extends Method> = (
  params: EngineRequests[M]['params'],
  signal: AbortSignal,
) => Promise<EngineRequests[M]['result']>;

export type Handlers = { readonly [M in Method]?: Handler<M> };

export type Notify = <M extends keyof EngineNotifications>(method: M, params: EngineNotifications[M]) => void;

/** The channel to the parent, which alone sends messages. */
export interface Connection {
  readonly notify: Notify;
  handle(handlers: Handlers): void;
  on<M extends keyof ClientNotifications>(method: M, listener: (params: ClientNotifications[M]) => void): void;
  /** Begins to take messages. */
  listen(): void;
}

/**
 * @param stdio messages come over standard input and output, not over the IPC channel of Node
 * @param closed called when the parent has closed the channel, or died
 */
export function connect(stdio: boolean, closed: () => void): Connection {
  const connection = stdio
    ? createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout))
    : createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  connection.onClose(closed);
  connection.onError(([error]) => log.error(`the channel: ${error.message}`));
  if (stdio) process.stdin.once('end', closed);
  else process.once('disconnect', closed);
  return {
    notify: (method, params) => {
      // Nobody listens any more where it fails, which a closed connection says at once. The process is about to end, and a run
      // that tells of its step is to be paused first.
      const send = async () => connection.sendNotification(method, params);
      void send().catch(() => undefined);
    },
    handle: (handlers) => {
      for (const method of Object.keys(handlers) as Method[]) register(connection, method, handlers);
    },
    on: (method, listener) => {
      connection.onNotification(method, listener);
    },
    listen: () => connection.listen(),
  };
}

function register<M extends Method>(connection: MessageConnection, method: M, handlers: Handlers): void {
  const handler = handlers[method] as Handler<M>;
  connection.onRequest(method, async (params: EngineRequests[M]['params'], token: CancellationToken) => {
    const abort = new AbortController();
    if (token.isCancellationRequested) abort.abort();
    const registration = token.onCancellationRequested(() => abort.abort());
    try {
      requireShape(method, params);
      return await handler(params, abort.signal);
    } catch (error) {
      const response = responseError(error);
      if (response.data?.details) log.error(`${method}: ${response.data.details}`);
      return response;
    } finally {
      registration.dispose();
    }
  });
}
