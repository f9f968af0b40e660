import { startWithin } from '../columns.ts';
import type { ProgressStream } from '../progress.ts';
import { forTerminal } from '../text.ts';

const ERASE_LINE = '\r\x1b[2K';
/** Milliseconds between two lines where there is no terminal. */
const PLAIN_EVERY = 10_000;

/** Shows how something goes: on a terminal in one line that is redrawn, elsewhere in a new one about every ten seconds. */
export class StatusLine {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #writtenAt = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(stream: ProgressStream, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
  }

  show(text: string): void {
    if (this.#stream.isTTY) {
      // A full line would wrap, and be redrawn below itself.
      this.#stream.write(ERASE_LINE + startWithin(forTerminal(text), (this.#stream.columns || 80) - 1));
    } else if (this.#now() - this.#writtenAt >= PLAIN_EVERY) {
      this.#writtenAt = this.#now();
      this.#stream.write(`${forTerminal(text)}\n`);
    }
  }

  /** Takes the redrawn line away, before anything else is written. */
  done(): void {
    if (this.#stream.isTTY) this.#stream.write(ERASE_LINE);
  }
}
