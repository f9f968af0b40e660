import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A message as it goes over the wire, whatever is in it. */
export interface Message {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const HEADER = /^Content-Length: (\d+)\r\n\r\n/;

/** A body as it goes over the wire. */
export function framed(body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** A server as a process, and all that goes to and fro, with no library in between that could mend or refuse any of it. */
export class Wire {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  /** All that the server has said, in order. */
  readonly heard: Message[] = [];
  /** What it has said that is no message. */
  noise = '';
  readonly #onMessage: (message: Message) => void;
  readonly #answers = new Map<unknown, (answer: Message) => void>();
  readonly #waiting = new Set<() => void>();
  #bytes = Buffer.alloc(0);
  #ids = 0;

  /** @param onMessage is told of each message, before whoever waits for it */
  constructor([program, ...args]: readonly string[], onMessage: (message: Message) => void = () => {}, env = {}) {
    this.#onMessage = onMessage;
    this.process = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    onTestFinished(() => void this.process.kill());
    this.exited = once(this.process, 'exit').then(([code]) => code as number | null);
    this.process.stdin!.on('error', () => {});
    this.process.stdout!.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** Sends bytes as they are. */
  raw(text: string): void {
    this.process.stdin!.write(text);
  }

  send(message: unknown): void {
    this.raw(framed(JSON.stringify(message)));
  }

  notify(method: string, params?: unknown): void {
    this.send({ jsonrpc: '2.0', method, params });
  }

  /** Resolves with the answer, also where that is an error. @param asked is told the request's id before it is sent */
  request(method: string, params?: unknown, asked: (id: number) => void = () => {}): Promise<Message> {
    const id = ++this.#ids;
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    asked(id);
    this.send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  /** Resolves when `check` gives something; it is tried again whenever the server says something, and now and then. */
  async until<T>(check: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const heard = new Promise<void>((resolve) => this.#waiting.add(resolve));
      const found = await check();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`waited in vain for ${check}`);
      await Promise.race([heard, setTimeout(100)]);
    }
  }

  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const header = HEADER.exec(this.#bytes.subarray(0, 64).toString('latin1'));
      if (header === null) {
        if (this.#bytes.length >= 64) this.noise += this.#bytes.toString();
        return;
      }
      const end = header[0].length + Number(header[1]);
      if (this.#bytes.length < end) return;
      const message = JSON.parse(this.#bytes.subarray(header[0].length, end).toString()) as Message;
      this.#bytes = this.#bytes.subarray(end);
      this.#hear(message);
    }
  }

  #hear(message: Message): void {
    this.heard.push(message);
    this.#onMessage(message);
    if (message.method === undefined) this.#answers.get(message.id)?.(message);
    // Whatever an editor is asked it does, as far as anyone could tell.
    else if (message.id !== undefined) this.send({ jsonrpc: '2.0', id: message.id, result: null });
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
