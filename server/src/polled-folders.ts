import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What has happened to a file or folder; `mayHaveCome` where it may not have been there before. */
export type OnDiskChange = (path: string, mayHaveCome: boolean) => void;

/** Milliseconds between two looks. */
export const LOOK_EVERY = 2_000;

/** What tells a file from another one, or from itself at another time, by name. */
type Contents = ReadonlyMap<string, string>;

/** Looks at folders every other second, each without those in it, where the system does not watch them. */
export class PolledFolders {
  readonly #onChange: OnDiskChange;
  readonly #lookEvery: number;
  /** By folder; undefined until it has been looked at. */
  readonly #seen = new Map<string, Contents | undefined>();
  #next: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(onChange: OnDiskChange, lookEvery: number) {
    this.#onChange = onChange;
    this.#lookEvery = lookEvery;
  }

  get folders(): Iterable<string> {
    return [...this.#seen.keys()];
  }

  add(folder: string): void {
    if (this.#seen.has(folder)) return;
    this.#seen.set(folder, undefined);
    this.#lookIn(0);
  }

  delete(folder: string): void {
    this.#seen.delete(folder);
  }

  #lookIn(milliseconds: number): void {
    clearTimeout(this.#next);
    if (this.#seen.size > 0 && !this.#isLooking) this.#next = setTimeout(() => this.#look(), milliseconds).unref();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    for (const folder of this.folders) {
      const now = await contentsOf(folder);
      const before = this.#seen.get(folder);
      if (!this.#seen.has(folder)) continue;
      this.#seen.set(folder, now);
      for (const name of before === undefined ? [] : new Set([...before.keys(), ...now.keys()])) {
        if (before!.get(name) !== now.get(name)) this.#onChange(join(folder, name), now.has(name));
      }
    }
    this.#isLooking = false;
    this.#lookIn([...this.#seen.values()].includes(undefined) ? 0 : this.#lookEvery);
  }
}

/** Of a folder that cannot be read, nothing. */
async function contentsOf(folder: string): Promise<Contents> {
  const contents = new Map<string, string>();
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined) contents.set(name, `${found.ino} ${found.size} ${found.mtimeMs}`);
  }
  return contents;
}
