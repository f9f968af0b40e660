import { lstat, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { readWhole } from '../../model/src/read-whole.ts';
import { onePath } from '../../task/src/one-path.ts';
import { TASK_FILE_SUFFIX } from '../../task/src/parse.ts';
import type { LanguageService } from './service/language-service.ts';
import { PathLookup } from './service/path-lookup.ts';
import { fileUri } from './uris.ts';

/** In bytes; an editor tells nothing of larger files either. */
const MOST_OF_TASK_FILE = 50 * 2 ** 20;

/** Tells the language service of the task files on disk: those of the workspace's folders, open or not. */
export class TaskFiles {
  readonly #service: Pick<LanguageService, 'taskFileOnDisk'>;
  /** By path; the search of one is given up when it leaves the workspace. */
  readonly #folders = new Map<string, AbortController>();
  /** Task files that the service knows, by path, with the number of the last reading that was begun. */
  readonly #known = new Map<string, number>();
  readonly #paths = new PathLookup();
  /** Readings that have not ended, by path. */
  readonly #reading = new Map<string, Promise<void>>();
  #readings = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(service: Pick<LanguageService, 'taskFileOnDisk'>) {
    this.#service = service;
  }

  /** Finds the task files of a folder. Resolves when all have been read. */
  async addFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    const search = new AbortController();
    this.#folders.set(folder, search);
    await this.#readAll(folder, search.signal);
  }

  removeFolder(folder: string): void {
    this.#folders.get(folder)?.abort();
    this.#folders.delete(folder);
    for (const path of this.#known.keys()) if (!this.#isServed(path)) this.#forget(path);
  }

  /** Takes note that a file was made, changed or deleted, or that a folder came or went with what is in it. */
  async changed(path: string): Promise<void> {
    if (path.endsWith(TASK_FILE_SUFFIX)) {
      if (this.#isServed(path)) await this.#read(path);
      return;
    }
    for (const known of this.#paths.below(path)) await this.#read(known);
  }

  /**
   * Takes note that a folder, or something else, has come; the files of a folder are named by nobody. One is looked at after
   * another, since thousands may come at once.
   */
  came(path: string): Promise<void> {
    const looked = this.#turn.then(() => this.#lookAt(path));
    this.#turn = looked.catch(() => {});
    return looked;
  }

  /** Resolves when the service knows what was in a task file when it was last told of. */
  async hasRead(path: string): Promise<void> {
    // One that began meanwhile, as where its folder is looked through, takes the place of the one that was waited for.
    for (let reading = this.#reading.get(path); reading; reading = this.#reading.get(path)) await reading;
  }

  /** Those of the workspace's folders. */
  get paths(): Iterable<string> {
    return this.#known.keys();
  }

  isInWorkspace(path: string): boolean {
    return [...this.#folders.keys()].some((folder) => path === folder || isInside(path, folder));
  }

  dispose(): void {
    for (const search of this.#folders.values()) search.abort();
    this.#folders.clear();
  }

  async #lookAt(path: string): Promise<void> {
    if (!this.#isServed(path)) return;
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) await this.#readAll(path);
  }

  async #readAll(folder: string, signal?: AbortSignal): Promise<void> {
    for await (const path of findTaskFiles(folder)) {
      if (signal?.aborted) return;
      await this.#read(path);
    }
  }

  async #read(path: string): Promise<void> {
    const read = this.#readNow(path);
    this.#reading.set(path, read);
    try {
      await read;
    } finally {
      if (this.#reading.get(path) === read) this.#reading.delete(path);
    }
  }

  async #readNow(path: string): Promise<void> {
    const reading = ++this.#readings;
    this.#known.set(path, reading);
    this.#paths.add(path);
    const text = (await readWhole(path, MOST_OF_TASK_FILE).catch(() => undefined))?.toString();
    // A later reading may have ended first, and the folder may have gone meanwhile.
    if (this.#known.get(path) !== reading) return;
    if (text === undefined || !this.#isServed(path)) this.#forget(path);
    else this.#service.taskFileOnDisk(fileUri(path), text);
  }

  #forget(path: string): void {
    this.#known.delete(path);
    this.#paths.delete(path);
    this.#service.taskFileOnDisk(fileUri(path), undefined);
  }

  #isServed(path: string): boolean {
    return [...this.#folders.keys()].some((folder) => {
      if (path === folder) return true;
      return isInside(path, folder) && !path.slice(folder.length).split(sep).some(isSkipped);
    });
  }
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Folders whose files are other programs'. */
function isSkipped(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.');
}

/** Task files in and below a folder. A folder that may not be read has none; links are not followed. */
async function* findTaskFiles(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith(TASK_FILE_SUFFIX)) yield onePath(path);
    else if (entry.isDirectory() && !isSkipped(entry.name)) yield* findTaskFiles(path);
  }
}
