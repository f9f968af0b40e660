import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export const LIBRARIES = {
  'libonnxruntime_providers_shared.so': 'bridge',
  'libonnxruntime_providers_cuda.so': 'x'.repeat(5000),
};

/** An archive of the form of the CUDA provider's, with a few bytes for each library; it is made in a folder. */
export function packedLibraries(folder: string): Buffer {
  const libraries = path.join(folder, 'packed/package/Plugins/Linux/x64');
  mkdirSync(libraries, { recursive: true });
  for (const [name, text] of Object.entries(LIBRARIES)) writeFileSync(path.join(libraries, name), text);
  execFileSync('tar', ['-czf', path.join(folder, 'packed.tgz'), '-C', path.join(folder, 'packed'), 'package']);
  return readFileSync(path.join(folder, 'packed.tgz'));
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What the registry does with a request: the bytes from the one that was asked for on, or something else. */
export type Answer = (whole: Buffer, from: number) => { status: number; body: Buffer; cut?: boolean };

const right: Answer = (whole, from) => ({ status: from > 0 ? 206 : 200, body: whole.subarray(from) });
export const cut: Answer = (whole, from) => ({
  ...right(whole, from),
  body: whole.subarray(from, from + 100),
  cut: true,
});
export const garbled: Answer = (whole) => ({ status: 200, body: Buffer.alloc(whole.length, 7) });
export const absent: Answer = () => ({ status: 404, body: Buffer.alloc(0) });

/** An npm registry on this machine that has one archive under every name, and misbehaves on demand. */
export class Registry {
  /** Each request: its path, and the byte that it asked for first. */
  readonly asked: string[] = [];
  readonly #whole: Buffer;
  readonly #server: Server;
  readonly #answers: Answer[] = [];

  private constructor(whole: Buffer) {
    this.#whole = whole;
    this.#server = createServer((request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      this.asked.push(`${request.url} ${from}`);
      const { status, body, cut: isCut } = (this.#answers.shift() ?? right)(this.#whole, from);
      const length = isCut ? this.#whole.length - from : body.length;
      const range = `bytes ${from}-${this.#whole.length - 1}/${this.#whole.length}`;
      response.writeHead(status, { 'content-length': length, ...(status === 206 ? { 'content-range': range } : {}) });
      if (isCut) response.write(body, () => response.socket?.destroy());
      else response.end(body);
    });
  }

  static async start(whole: Buffer): Promise<Registry> {
    const registry = new Registry(whole);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next requests get these answers, one each. */
  misbehave(...answers: readonly Answer[]): void {
    this.#answers.push(...answers);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
