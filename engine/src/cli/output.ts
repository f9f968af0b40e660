import { forTerminal } from '../text.ts';

/** What a command writes: results on standard output, everything else on standard error. */
export class Output {
  readonly json: boolean;

  constructor(json = false) {
    this.json = json;
  }

  /** A result for people; nothing with `--json`. */
  text(line = ''): void {
    if (!this.json) process.stdout.write(`${forTerminal(line)}\n`);
  }

  /** A result for programs; nothing without `--json`. */
  event<T extends { readonly event: string }>(event: T): void {
    if (this.json) process.stdout.write(`${JSON.stringify(event)}\n`);
  }

  /** Something is done otherwise than asked. */
  readonly warn = (message: string): void => this.note(`warning: ${message}`);

  /** What a person may want to know on the way. */
  note(line: string): void {
    process.stderr.write(`${forTerminal(line)}\n`);
  }
}

/** Columns that a line of standard output may take; undefined where it goes to a file or a pipe, or to a terminal that does not know. */
export function terminalColumns(): number | undefined {
  return (process.stdout.isTTY && process.stdout.columns) || undefined;
}
