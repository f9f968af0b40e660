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

/** So much of a line is shown in a message; the log has it all. */
const MOST_CHARACTERS = 160;

/** Of a log's last lines those that say most of an end: the warnings, and what the runtime or a driver has printed itself. */
export function tellingLines(lines: readonly string[]): string {
  const grave = lines.filter((line) => !/^(debug|info): /.test(line));
  // Events of a run are logged as they are told, which is nothing to read in a message.
  const told = (grave.length > 0 ? grave : lines.filter((line) => !line.startsWith('info: {'))).slice(-2);
  return told.map((line) => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line)).join(' ');
}
