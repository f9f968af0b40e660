/** The newest lines of a log. */
export class LastLines {
  readonly #size: number;
  #lines: string[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes a text of one line or several. */
  add(text: string): void {
    this.#lines = [...this.#lines, ...text.split('\n')].slice(-this.#size);
  }

  all(): readonly string[] {
    return this.#lines;
  }
}
