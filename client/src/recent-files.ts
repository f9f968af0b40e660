/** Files in the order in which they were used last. */
export class RecentFiles {
  #files: readonly string[] = [];

  /** @returns whether another one was used last before */
  used(file: string): boolean {
    if (this.#files[0] === file) return false;
    this.#files = [file, ...this.#files.filter((other) => other !== file)];
    return true;
  }

  /** Those that were used come first, the last one in front; the others keep their order. */
  sorted(files: readonly string[]): string[] {
    return [
      ...this.#files.filter((file) => files.includes(file)),
      ...files.filter((file) => !this.#files.includes(file)),
    ];
  }
}
