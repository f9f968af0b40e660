import { PathLookup } from './path-lookup.ts';

/** Which task files name what. */
export class Dependents {
  /** By task file. */
  readonly #named = new Map<string, ReadonlySet<string>>();
  /** By what they name. */
  readonly #namedBy = new Map<string, Set<string>>();
  readonly #paths = new PathLookup();

  /** Takes all that a task file names now. */
  set(taskFile: string, paths: ReadonlySet<string>): void {
    const before = this.#named.get(taskFile) ?? NONE;
    this.#named.set(taskFile, paths);
    for (const path of before) if (!paths.has(path)) this.#remove(taskFile, path);
    for (const path of paths) {
      const namedBy = this.#namedBy.get(path) ?? new Set<string>();
      this.#namedBy.set(path, namedBy);
      namedBy.add(taskFile);
      this.#paths.add(path);
    }
  }

  delete(taskFile: string): void {
    this.set(taskFile, NONE);
    this.#named.delete(taskFile);
  }

  /** The task files that name a path, a folder above it or something below it. */
  of(changed: string): ReadonlySet<string> {
    return new Set(this.#paths.concernedBy(changed).flatMap((path) => [...this.#namedBy.get(path)!]));
  }

  #remove(taskFile: string, path: string): void {
    const namedBy = this.#namedBy.get(path)!;
    namedBy.delete(taskFile);
    if (namedBy.size > 0) return;
    this.#namedBy.delete(path);
    this.#paths.delete(path);
  }
}

const NONE: ReadonlySet<string> = new Set();
