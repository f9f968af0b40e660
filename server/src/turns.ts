import {
  type Connection,
  ErrorCodes,
  Message,
  type MessageStrategy,
  type RequestMessage,
  ResponseError,
} from 'vscode-languageserver/node';
import { parameterFault } from './parameters.ts';

/** What a request becomes that is refused, so that it is answered in its turn. */
const REFUSED = '$/ptask/refused';

/**
 * Lets through what comes in its turn and says what it must, as the protocol asks of a server: nothing before the editor has
 * introduced itself, which it does once, and nothing after it has said that it ends.
 */
export class Turns implements MessageStrategy {
  #state: 'new' | 'beginning' | 'running' | 'ended' = 'new';

  /** Answers what is refused on a connection that this is the strategy of. */
  answerOn(connection: Connection): void {
    connection.onRequest(
      REFUSED,
      ({ code, message }: Pick<ResponseError, 'code' | 'message'>) => new ResponseError(code, message),
    );
  }

  /** Says that the editor is about to be told that it may ask. */
  begin(): void {
    this.#state = 'running';
  }

  handleMessage(message: Message, next: (message: Message) => void | Promise<void>): void | Promise<void> {
    if (Message.isRequest(message)) return this.#request(message, next);
    if (Message.isNotification(message) && !this.#mayTell(message.method)) return;
    return next(message);
  }

  async #request(message: RequestMessage, next: (message: Message) => void | Promise<void>): Promise<void> {
    const refusal = this.#refusal(message);
    if (refusal !== undefined) return next({ ...message, method: REFUSED, params: refusal.toJson() } as RequestMessage);
    if (message.method === 'shutdown') this.#state = 'ended';
    if (message.method !== 'initialize') return next(message);
    this.#state = 'beginning';
    await next(message);
    // One that has failed may be tried again.
    if (this.#state === 'beginning') this.#state = 'new';
  }

  #refusal({ method, params }: RequestMessage): ResponseError | undefined {
    if (this.#state === 'ended') return new ResponseError(ErrorCodes.InvalidRequest, 'the server has been shut down');
    const isFirst = method === 'initialize';
    if (isFirst && this.#state !== 'new')
      return new ResponseError(ErrorCodes.InvalidRequest, 'the server is initialized already');
    if (!isFirst && this.#state !== 'running')
      return new ResponseError(ErrorCodes.ServerNotInitialized, 'the server is not initialized');
    const fault = parameterFault(method, params);
    return fault === undefined ? undefined : new ResponseError(ErrorCodes.InvalidParams, fault);
  }

  /** What is told out of turn is passed over. */
  #mayTell(method: string): boolean {
    return this.#state === 'running' || method === 'exit' || method.startsWith('$/');
  }
}
