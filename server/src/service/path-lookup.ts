/**
 * Paths, and which of them a change of a file or folder concerns; asking takes as long for one path as for thousands. Both kinds
 * of separators count.
 */
export class PathLookup {
  readonly #paths = new Set<string>();
  /** The paths in and below each folder. */
  readonly #below = new Map<string, Set<string>>();

  add(path: string): void {
    if (this.#paths.has(path)) return;
    this.#paths.add(path);
    for (const folder of foldersAbove(path)) {
      const below = this.#below.get(folder) ?? new Set<string>();
      this.#below.set(folder, below);
      below.add(path);
    }
  }

  delete(path: string): void {
    if (!this.#paths.delete(path)) return;
    for (const folder of foldersAbove(path)) {
      const below = this.#below.get(folder);
      below?.delete(path);
      if (below?.size === 0) this.#below.delete(folder);
    }
  }

  /** Those that are the path itself, a folder above it, or in or below it. */
  concernedBy(changed: string): string[] {
    const found = new Set<string>();
    if (this.#paths.size === 0) return [];
    if (this.#paths.has(changed)) found.add(changed);
    for (const folder of foldersAbove(changed)) if (this.#paths.has(folder)) found.add(folder);
    for (const path of this.below(changed)) found.add(path);
    return [...found];
  }

  /** Those in and below a folder. */
  below(folder: string): string[] {
    return [...(this.#below.get(folder) ?? [])];
  }
}

/** Every folder that a path is in, as it may be written: without a separator at its end, and with one. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code !== SLASH && code !== BACKSLASH) continue;
    folders.push(path.slice(0, at));
    if (at + 1 < path.length) folders.push(path.slice(0, at + 1));
  }
  return folders;
}

const SLASH = 47;
const BACKSLASH = 92;
