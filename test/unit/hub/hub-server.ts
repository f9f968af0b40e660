import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A model as the server has it. Files of `large` are kept elsewhere, as the hub does with those over a few megabytes. */
export interface ServedModel {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly large?: readonly string[];
  readonly gated?: 'auto' | 'manual';
  /** Other things that the hub tells of it. */
  readonly told?: object;
  /** Changes what the list of files says of a file. */
  readonly list?: (file: Record<string, unknown>) => Record<string, unknown>;
}

export interface SeenRequest {
  /** `hub`, or `store` for the other host, where large files are. */
  readonly host: 'hub' | 'store';
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers a request in place of the server; `next` is what the server would have answered. */
export type Fault = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** A hub on this machine that speaks the part of the API that is used, and misbehaves on demand. */
export class HubServer {
  readonly seen: SeenRequest[] = [];
  url = '';
  storeUrl = '';
  readonly #models: Readonly<Record<string, ServedModel>>;
  readonly #servers: Server[] = [];
  readonly #faults: { readonly part: string; readonly fault: Fault }[] = [];

  private constructor(models: Readonly<Record<string, ServedModel>>) {
    this.#models = models;
  }

  static async start(models: Readonly<Record<string, ServedModel>>): Promise<HubServer> {
    const server = new HubServer(models);
    server.url = await server.#listen('hub');
    server.storeUrl = await server.#listen('store');
    return server;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** The next requests whose address has this part get these answers, one each. */
  misbehave(part: string, ...faults: readonly Fault[]): void {
    this.#faults.push(...faults.map((fault) => ({ part, fault })));
  }

  /** Names of the files that were asked for, those of the other host by their hash. */
  asked(host: 'hub' | 'store'): string[] {
    return this.seen
      .filter((request) => request.host === host && !request.path.startsWith('/api/'))
      .map(({ path }) => path.split('/').at(-1)!);
  }

  async #listen(host: 'hub' | 'store'): Promise<string> {
    const server = createServer((request, response) => this.#answer(host, request, response));
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  #answer(host: 'hub' | 'store', request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url!.split('?')[0]!);
    this.seen.push({ host, path, headers: request.headers });
    const next = () => (host === 'hub' ? this.#hub(path, request, response) : this.#store(path, request, response));
    const place = this.#faults.findIndex(({ part }) => `${host}${path}`.includes(part));
    if (place < 0) next();
    else this.#faults.splice(place, 1)[0]!.fault(request, response, next);
  }

  #hub(path: string, request: IncomingMessage, response: ServerResponse): void {
    const described = /^\/api\/models\/(.+)\/revision\/(.+)$/.exec(path);
    if (described) {
      const model = this.#models[described[1]!];
      if (!model) refuse(401, { 'x-error-code': 'RepoNotFound' })(request, response, () => undefined);
      else response.end(JSON.stringify(listing(described[1]!, model)));
      return;
    }
    const [, id, name] = /^\/(.+)\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(path) ?? [];
    const model = this.#models[id ?? ''];
    const content = model?.files[name ?? ''];
    if (content === undefined) refuse(404, { 'x-error-code': 'EntryNotFound' })(request, response, () => undefined);
    else if (model?.large?.includes(name!)) {
      response.writeHead(302, { location: `${this.storeUrl}/${sha256(content)}?signature=abc` }).end();
    } else sendRange(content, request, response);
  }

  #store(path: string, request: IncomingMessage, response: ServerResponse): void {
    const contents = Object.values(this.#models).flatMap(({ files }) => Object.values(files));
    const content = contents.find((each) => path === `/${sha256(each)}`);
    if (content === undefined) response.writeHead(404).end();
    else sendRange(content, request, response);
  }
}

function listing(id: string, { files, large = [], gated, told, list = (file) => file }: ServedModel): object {
  const siblings = Object.entries(files).map(([rfilename, content]) => {
    const size = Buffer.from(content).length;
    const lfs = { sha256: sha256(content), size, pointerSize: 134 };
    return list({ rfilename, size, blobId: gitSha1(content), ...(large.includes(rfilename) ? { lfs } : {}) });
  });
  return { id, modelId: id, sha: COMMIT, private: false, gated: gated ?? false, siblings, ...told };
}

function sendRange(content: string | Uint8Array, { headers }: IncomingMessage, response: ServerResponse): void {
  const bytes = Buffer.from(content);
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  if (from > 0 && from >= bytes.length) {
    response.writeHead(416).end();
    return;
  }
  const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from, ...(from > 0 ? range : {}) });
  response.end(bytes.subarray(from));
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function gitSha1(content: string | Uint8Array): string {
  return createHash('sha1')
    .update(`blob ${Buffer.from(content).length}\0`)
    .update(content)
    .digest('hex');
}

/** Sends some bytes of the answer and hangs up. */
export function cutAfter(bytes: number): Fault {
  return (_, response, next) => {
    const end = response.end.bind(response);
    response.end = ((content: Buffer) => {
      response.write(content.subarray(0, bytes), () => response.socket?.destroy());
      return response;
    }) as typeof end;
    next();
  };
}

/** Sends these bytes in place of any part of the file, as a network does that wants a login first. */
export function sendInstead(content: string | Uint8Array): Fault {
  return (_, response) => {
    response.writeHead(200, { 'content-length': Buffer.from(content).length }).end(content);
  };
}

/** Packs what it sends, though nobody asked for that; a part is one of what is packed. */
export const compress: Fault = (request, response, next) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  delete request.headers.range;
  const { writeHead, end } = response;
  response.writeHead = (() => response) as typeof writeHead;
  response.end = ((content: Buffer) => {
    const packed = gzipSync(content);
    const range = { 'content-range': `bytes ${from}-${packed.length - 1}/${packed.length}` };
    writeHead.call(response, from > 0 ? 206 : 200, { 'content-encoding': 'gzip', ...(from > 0 ? range : {}) });
    return end.call(response, packed.subarray(from), 'utf8');
  }) as typeof end;
  next();
};

/** Sends other bytes than it should. */
export const garble: Fault = (_, response, next) => {
  const end = response.end.bind(response);
  response.end = ((content: Buffer) => end(Buffer.from(content).fill(7))) as typeof end;
  next();
};

/** Sends everything, whatever part was asked for. */
export const ignoreRange: Fault = (request, _, next) => {
  delete request.headers.range;
  next();
};

/** Sends the part from another byte on than was asked for. */
export function otherRange(from: number): Fault {
  return (request, _, next) => {
    request.headers.range = `bytes=${from}-`;
    next();
  };
}

export function refuse(status: number, headers: Record<string, string> = {}): Fault {
  return (_, response) => {
    response.writeHead(status, headers).end();
  };
}

export function redirect(location: string): Fault {
  return (_, response) => {
    response.writeHead(307, { location }).end();
  };
}

/** Says nothing at all. */
export const hang: Fault = () => undefined;
