import { type DataReading, readDataFile } from '../../../task/src/data/read-data-file.ts';
import { neverAtRest } from '../../../task/src/data/restless-files.ts';
import type { TextSplice } from '../../../task/src/data/text-blocks.ts';
import { readNextBlock, spliceIndex, textIndex } from '../../../task/src/data/text-index.ts';
import { Work } from '../../../task/src/data/work.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import type { OpenDocument, OpenDocuments } from './open-documents.ts';
import { PathLookup } from './path-lookup.ts';

/** An open document up to this length, in UTF-16 units, is read at once, so that nothing flickers when it is opened. */
const READ_AT_ONCE_UNITS = 64 * 1024;

export interface DataFilesHost {
  readonly environment: Pick<CheckEnvironment, 'readFile' | 'namesBeside'>;
  readonly documents: OpenDocuments;
  readonly breathe: () => Promise<void>;
}

interface Entry {
  /** Undefined until it has been read; that of an open document may still lack some of its rows. */
  reading: DataReading | undefined;
  readonly isOpen: boolean;
  /**
   * Of a file that is not there and beside which something has changed, so that another name may be the one that is meant: which
   * change was the last. Undefined once it has been looked for again.
   */
  outdated: symbol | undefined;
  readonly given: AbortController;
  finished: Promise<void> | undefined;
}

/** The data files of all task files, each read once and kept until it changes. What is open in the editor counts. */
export class DataFiles {
  readonly #host: DataFilesHost;
  readonly #entries = new Map<string, Entry>();
  readonly #paths = new PathLookup();

  constructor(host: DataFilesHost) {
    this.#host = host;
  }

  /** Undefined while the file has not been read. */
  get(path: string): DataReading | undefined {
    const reading = this.#entries.get(path)?.reading ?? this.#readAtOnce(path);
    return reading?.state !== 'read' || reading.index.isComplete ? reading : undefined;
  }

  /** Whether a file is to be read yet, or to be looked for again. */
  isDue(path: string): boolean {
    return this.get(path) === undefined || this.#entries.get(path)!.outdated !== undefined;
  }

  /**
   * Reads a file, unless it has been or is being read; resolves when it is there, or has changed meanwhile.
   *
   * @throws what the environment throws
   */
  async load(path: string): Promise<void> {
    if (!this.isDue(path)) return;
    const entry = this.#entry(path);
    entry.finished ??= this.#read(path, entry);
    try {
      await entry.finished;
    } catch (error) {
      if (entry.given.signal.aborted) return;
      this.forget(path);
      throw error;
    } finally {
      entry.finished = undefined;
    }
  }

  /** Takes an edit of an open document. */
  edited(path: string, splice: TextSplice): void {
    const entry = this.#entries.get(path);
    if (entry?.reading?.state !== 'read') return;
    const { index } = entry.reading;
    spliceIndex(index, splice);
    const document = this.#host.documents.get(path);
    if (document === undefined || !index.shapes.isThin) return;
    entry.reading = { state: 'read', index: textIndex(document.blocks) };
    this.#readAtOnce(path);
  }

  /** Says that a file, or a folder of them, is another one now: changed on disk, opened or closed. */
  forget(changed: string): void {
    for (const path of this.#paths.concernedBy(changed)) {
      this.#entries.get(path)!.given.abort();
      this.#entries.delete(path);
      this.#paths.delete(path);
    }
  }

  /** Says that a file on disk has changed, or a folder of them; documents that are open stay what they are. */
  changedOnDisk(changed: string): void {
    for (const path of this.#paths.concernedBy(changed))
      if (this.#entries.get(path)?.isOpen === false) this.forget(path);
  }

  /** Says that a file on disk has changed, and returns those that are not there beside it, which are to be looked for again. */
  changedBeside(changed: string): string[] {
    const folder = folderOf(changed);
    return this.#paths.below(folder).filter((path) => {
      const entry = this.#entries.get(path)!;
      if (entry.reading?.state !== 'not-found' || folderOf(path) !== folder) return false;
      entry.outdated = Symbol();
      return true;
    });
  }

  /** Says that a file cannot be read, since it keeps changing; until it is told to have changed. */
  giveUp(path: string): void {
    this.forget(path);
    this.#entry(path).reading = neverAtRest();
  }

  /** Forgets all other files. */
  keepOnly(paths: ReadonlySet<string>): void {
    for (const path of this.#entries.keys()) if (!paths.has(path)) this.forget(path);
  }

  #entry(path: string): Entry {
    const known = this.#entries.get(path);
    if (known !== undefined) return known;
    const document = this.#host.documents.get(path);
    const entry: Entry = {
      reading: document && { state: 'read', index: textIndex(document.blocks) },
      isOpen: document !== undefined,
      outdated: undefined,
      given: new AbortController(),
      finished: undefined,
    };
    this.#entries.set(path, entry);
    this.#paths.add(path);
    return entry;
  }

  #readAtOnce(path: string): DataReading | undefined {
    const document = this.#host.documents.get(path);
    if (document === undefined || lengthOf(document) > READ_AT_ONCE_UNITS) return undefined;
    const { reading } = this.#entry(path);
    if (reading?.state === 'read') while (readNextBlock(reading.index));
    return reading;
  }

  async #read(path: string, entry: Entry): Promise<void> {
    const work = new Work({ signal: entry.given.signal, breathe: this.#host.breathe });
    if (entry.reading?.state === 'read') {
      // Edits that come meanwhile leave blocks to be read, too, or another index.
      while (entry.reading?.state === 'read' && readNextBlock(entry.reading.index)) await work.pause();
    } else {
      const { outdated } = entry;
      entry.reading = await readDataFile(this.#host.environment, path, work);
      if (entry.outdated === outdated) entry.outdated = undefined;
    }
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 0));
}

function lengthOf({ blocks }: OpenDocument): number {
  return blocks.reduce((sum, { text }) => sum + text.length, 0);
}
