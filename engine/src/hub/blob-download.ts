import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { t } from '../../../l10n/src/words.ts';
import { whenLetGo } from '../when-let-go.ts';
import { HubError, Transient } from './hub-error.ts';
import type { FileDigest, HubFile } from './hub-listing.ts';
import type { HubAnswer, HubRequest, HubRequests } from './hub-requests.ts';
import { type Pause, withRetries } from './retries.ts';

/** Failures in a row, without a byte between them, after which a download is given up. */
const MOST_FAILURES = 5;

export interface BlobOptions {
  readonly commit: string;
  readonly signal: AbortSignal;
  /** Told of bytes that are there now, those of an earlier attempt included; of fewer, where some turn out to be wrong. */
  readonly received: (bytes: number) => void;
  readonly waiting?: (seconds: number, problem: string) => void;
  readonly pause?: Pause | undefined;
}

/** Where a file's content goes, and where what there is of it stands until it is whole. */
export interface BlobPlace {
  readonly blob: string;
  readonly incomplete: string;
}

/** How much of it is there, in bytes. */
export async function incompleteBytes(incomplete: string, { bytes }: HubFile): Promise<number> {
  const found = await stat(incomplete).catch(() => undefined);
  return found && found.size <= bytes ? found.size : 0;
}

/**
 * Fetches a file into the cache, going on where an earlier attempt was cut. It takes its name when its hash is right.
 * Nobody else may write the same file meanwhile.
 * @throws HubError, and the signal's reason when it is aborted; what has been fetched stays for the next time
 */
export async function downloadBlob(
  requests: Pick<HubRequests, 'file' | 'page'>,
  file: HubFile,
  { blob, incomplete: part }: BlobPlace,
  { commit, signal, received, waiting, pause }: BlobOptions,
): Promise<void> {
  // What an earlier attempt left may be wrong; what was fetched from the first byte on is judged.
  for (let isFresh = false; ; isFresh = true) {
    if (isFresh || (await incompleteBytes(part, file)) === 0) await rm(part, { force: true });
    const resumed = await incompleteBytes(part, file);
    received(resumed);
    const digest = await receive();
    if (digest === file.digest.hash) break;
    await rm(part, { force: true });
    received(0);
    if (resumed === 0 && isFresh) throw wrongContent(file, requests.page);
  }
  await whenLetGo(() => rename(part, blob));

  async function receive(): Promise<string> {
    // Not to append: what is opened so cannot be cut on Windows.
    const handle = await open(part, constants.O_RDWR | constants.O_CREAT);
    try {
      const growing = new GrowingFile(handle, file, received);
      await growing.readBack(part, signal);
      const attempt = () => growing.takeRest((request) => requests.file(commit, file.path, { ...request, signal }));
      await withRetries(attempt, {
        tries: MOST_FAILURES,
        signal,
        won: () => growing.bytes,
        ...(waiting && { waiting }),
        ...(pause && { pause }),
      });
      await handle.sync();
      return growing.digest();
    } finally {
      await handle.close();
    }
  }
}

/** A file that grows at its end, with the hash of what it holds. */
class GrowingFile {
  bytes = 0;
  readonly #handle: FileHandle;
  readonly #file: HubFile;
  readonly #received: (bytes: number) => void;
  #hash: Hash;

  constructor(handle: FileHandle, file: HubFile, received: (bytes: number) => void) {
    this.#handle = handle;
    this.#file = file;
    this.#received = received;
    this.#hash = newHash(file.digest, file.bytes);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  /** Hashes what an earlier attempt left. */
  async readBack(path: string, signal: AbortSignal): Promise<void> {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal })) {
      this.#hash.update(chunk as Buffer);
      this.bytes += (chunk as Buffer).length;
    }
  }

  /** @throws Transient where the answer ends too early, or is of another size */
  async takeRest(ask: (request: Omit<HubRequest, 'signal'>) => Promise<HubAnswer>): Promise<void> {
    if (this.bytes === this.#file.bytes) return;
    const from = this.bytes;
    const answer = await ask(from > 0 ? { headers: { range: `bytes=${from}-` }, accept: [416] } : {});
    // Such as the page of a network that wants a login first: what is there is not given up for that.
    const size = wholeSize(answer);
    if (size !== undefined && size !== this.#file.bytes) {
      await answer.discard();
      throw otherSize(this.#file, size);
    }
    // A server that knows nothing of ranges sends the whole file again; one that sends another part is not believed.
    if (from > 0 && !continues(answer, from)) {
      if (answer.status !== 200) await answer.discard();
      await this.#startAgain();
      if (answer.status !== 200) throw new Transient(t('{0} cannot be fetched from the middle on', this.#file.path), 0);
    }
    for await (const chunk of answer.chunks()) {
      const bytes = this.bytes + chunk.length;
      if (bytes > this.#file.bytes) {
        await this.#startAgain();
        throw otherSize(this.#file, bytes);
      }
      this.#hash.update(chunk);
      await this.#append(chunk);
      this.bytes = bytes;
      this.#received(this.bytes);
    }
    if (this.bytes < this.#file.bytes)
      throw new Transient(t('the connection was cut while {0} was fetched', this.#file.path));
  }

  async #append(chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      const left = chunk.length - written;
      const { bytesWritten } = await this.#handle.write(chunk, written, left, this.bytes + written);
      written += bytesWritten;
    }
  }

  async #startAgain(): Promise<void> {
    await this.#handle.truncate(0);
    this.bytes = 0;
    this.#hash = newHash(this.#file.digest, this.#file.bytes);
    this.#received(0);
  }
}

function continues(answer: HubAnswer, from: number): boolean {
  const { status, headers } = answer;
  return status === 206 && headers.get('content-range')?.startsWith(`bytes ${from}-`) === true && !isCompressed(answer);
}

/** Though it was asked not to be. A part of what is compressed cannot be unpacked. */
function isCompressed({ headers }: HubAnswer): boolean {
  return (headers.get('content-encoding') ?? 'identity') !== 'identity';
}

/** Of the file that is answered with, all or a part of it, in bytes; undefined where the answer does not say. */
function wholeSize(answer: HubAnswer): number | undefined {
  const { status, headers } = answer;
  const size = status === 206 ? headers.get('content-range')?.split('/')[1] : headers.get('content-length');
  return status !== 416 && !isCompressed(answer) && /^\d+$/.test(size ?? '') ? Number(size) : undefined;
}

function otherSize({ path, bytes }: HubFile, found: number): Transient {
  return new Transient(
    found > bytes ? t('{0} is longer than the hub says', path) : t('{0} is shorter than the hub says', path),
  );
}

/** Of all bytes; git puts the length in front. */
function newHash({ kind }: FileDigest, bytes: number): Hash {
  return kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`);
}

function wrongContent({ path, digest }: HubFile, page: string): HubError {
  const name = digest.kind === 'sha256' ? 'SHA-256' : t('git hash');
  return new HubError(
    'checksum',
    t(
      '{0} of {1} arrived twice with another content than the hub says (its {2} is not {3}); a proxy or mirror may be at fault',
      path,
      page,
      name,
      digest.hash,
    ),
  );
}
