import { concerns } from './dependencies.ts';
import type { FolderEntry } from './host.ts';

/** Listings of folders, each asked for once until something in the folder changes. */
export class Folders {
  readonly #list: (path: string) => Promise<readonly FolderEntry[]>;
  readonly #known = new Map<string, Promise<readonly FolderEntry[]>>();

  constructor(list: (path: string) => Promise<readonly FolderEntry[]>) {
    this.#list = list;
  }

  list(path: string): Promise<readonly FolderEntry[]> {
    let known = this.#known.get(path);
    if (known === undefined) {
      known = this.#list(path);
      this.#known.set(path, known);
    }
    return known;
  }

  /** Forgets what a change of a file or folder may have made untrue. */
  forget(changed: string): void {
    for (const path of this.#known.keys()) if (concerns(new Set([path]), changed)) this.#known.delete(path);
  }
}
