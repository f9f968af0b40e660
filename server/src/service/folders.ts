import type { FolderEntry } from './host.ts';
import { PathLookup } from './path-lookup.ts';

/** Listings of folders, each asked for once until something in the folder changes. */
export class Folders {
  readonly #list: (path: string) => Promise<readonly FolderEntry[]>;
  readonly #known = new Map<string, Promise<readonly FolderEntry[]>>();
  readonly #paths = new PathLookup();

  constructor(list: (path: string) => Promise<readonly FolderEntry[]>) {
    this.#list = list;
  }

  list(path: string): Promise<readonly FolderEntry[]> {
    let known = this.#known.get(path);
    if (known === undefined) {
      known = this.#list(path);
      this.#known.set(path, known);
      this.#paths.add(path);
    }
    return known;
  }

  /** Forgets what a change of a file or folder may have made untrue. */
  forget(changed: string): void {
    for (const path of this.#paths.concernedBy(changed)) {
      this.#known.delete(path);
      this.#paths.delete(path);
    }
  }
}
