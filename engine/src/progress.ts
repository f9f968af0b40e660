import { forTerminal } from './text.ts';

/** A training run at a step. */
export interface ProgressState {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in the whole run. */
  readonly step: number;
  readonly steps: number;
  /** Mean training loss of late. */
  readonly loss: number;
  readonly rowsPerSecond: number;
  /** Undefined before it can be told. */
  readonly secondsLeft: number | undefined;
}

/** `42s`, `3m 05s`, `2h 07m`, `4d 03h`: the two largest units, rounded up to whole seconds. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const units: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ];
  const first = units.findIndex(([n]) => n > 0);
  if (first === -1 || first === 3) return `${whole}s`;
  const [large, small] = [units[first]!, units[first + 1]!];
  return `${large[0]}${large[1]} ${String(small[0]).padStart(2, '0')}${small[1]}`;
}

/** A bar of `width` characters for a fraction of the whole, which is brought into 0 … 1. */
export function formatBar(fraction: number, width: number): string {
  const full = Math.floor(Math.min(1, Math.max(0, fraction || 0)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Three or more digits, so that progress shows: `2.31`, `0.0412`, `134`. */
export function formatLoss(loss: number): string {
  if (!Number.isFinite(loss) || loss === 0) return String(loss);
  return Math.abs(loss) >= 0.001 && Math.abs(loss) < 1e5
    ? loss.toFixed(Math.abs(loss) >= 100 ? 0 : Math.abs(loss) >= 1 ? 2 : 4)
    : loss.toExponential(2);
}

function formatRate(rowsPerSecond: number): string {
  return `${rowsPerSecond.toFixed(rowsPerSecond < 10 ? 1 : 0)} rows/s`;
}

function facts(state: ProgressState): string[] {
  const left = state.secondsLeft === undefined ? [] : [`${formatDuration(state.secondsLeft)} left`];
  return [
    `epoch ${state.epoch}/${state.epochs}`,
    `loss ${formatLoss(state.loss)}`,
    // Before two steps are done there is no pace to speak of.
    ...(state.rowsPerSecond > 0 ? [formatRate(state.rowsPerSecond)] : []),
    ...left,
  ];
}

/**
 * The line that is redrawn on a terminal, at most `columns - 1` characters: a full line would wrap, and be redrawn
 * below itself. On a narrow terminal the bar goes first, then the last facts.
 */
export function formatProgressLine(state: ProgressState, columns: number): string {
  const room = columns - 1;
  const texts = facts(state);
  while (texts.length > 1 && texts.join('  ').length > room) texts.pop();
  const text = texts.join('  ').slice(0, Math.max(0, room));
  const percent = `${Math.floor((100 * state.step) / Math.max(1, state.steps))}%`.padStart(4);
  const barWidth = Math.min(24, room - text.length - percent.length - 3);
  return barWidth < 5 ? text : `${formatBar(state.step / Math.max(1, state.steps), barWidth)}${percent}  ${text}`;
}

/** The line where there is no terminal. */
export function formatPlainLine(state: ProgressState): string {
  return [`step ${state.step}/${state.steps}`, ...facts(state)].join('  ');
}

/**
 * How fast rows go by and how long the rest will take, from the steps of the last half minute or so: the first steps
 * are slower, and a laptop that gets hot is.
 */
export class Pace {
  readonly #marks: { seconds: number; step: number; rows: number }[] = [];
  readonly #window: number;

  /** @param window seconds to look back */
  constructor(window = 30) {
    this.#window = window;
  }

  /** @param rows rows done in the whole run. @param seconds a clock of any origin */
  mark(step: number, rows: number, seconds: number): void {
    this.#marks.push({ step, rows, seconds });
    while (this.#marks.length > 2 && this.#marks[1]!.seconds <= seconds - this.#window) this.#marks.shift();
  }

  get rowsPerSecond(): number {
    return this.#slope('rows') ?? 0;
  }

  /** Undefined before two steps are done. */
  secondsLeft(steps: number): number | undefined {
    const speed = this.#slope('step');
    return speed === undefined || speed === 0 ? undefined : Math.max(0, steps - this.#marks.at(-1)!.step) / speed;
  }

  #slope(key: 'rows' | 'step'): number | undefined {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (!first || !last || last.seconds <= first.seconds) return undefined;
    return (last[key] - first[key]) / (last.seconds - first.seconds);
  }
}

/** What of a stream is used; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  /** 0 where a terminal does not know, as one that a program has made for another. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Standard error; a terminal that cannot redraw a line, as in Emacs, is as good as a file. @param term the variable TERM */
export function progressStream(term = process.env.TERM): ProgressStream {
  return term === 'dumb' ? { write: (text) => process.stderr.write(text) } : process.stderr;
}

const ERASE_LINE = '\r\x1b[2K';
/** Milliseconds between two drawings on a terminal, and two lines elsewhere. */
const REDRAW_EVERY = 100;
const PLAIN_EVERY = 10_000;

/**
 * Shows a run's progress: on a terminal one line that is redrawn, elsewhere a line at each epoch's first step and about
 * every ten seconds.
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #epoch = 0;
  #lineIsOpen = false;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(stream: ProgressStream, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
  }

  /** To be called after every step; most calls do nothing. */
  update(state: ProgressState): void {
    const elapsed = this.#now() - this.#drawnAt;
    const terminal = this.#stream.isTTY === true;
    const due = terminal
      ? elapsed >= REDRAW_EVERY || state.step === state.steps
      : elapsed >= PLAIN_EVERY || state.epoch !== this.#epoch;
    if (!due) return;
    this.#drawnAt = this.#now();
    this.#epoch = state.epoch;
    if (terminal) {
      this.#stream.write(ERASE_LINE + formatProgressLine(state, this.#stream.columns || 80));
      this.#lineIsOpen = true;
    } else this.#stream.write(`${formatPlainLine(state)}\n`);
  }

  /** A line that stays, such as an epoch's result. */
  print(line: string): void {
    this.done();
    this.#stream.write(`${forTerminal(line)}\n`);
  }

  /** Takes the redrawn line away, before anything else is written. */
  done(): void {
    if (this.#lineIsOpen) this.#stream.write(ERASE_LINE);
    this.#lineIsOpen = false;
    this.#drawnAt = this.#stream.isTTY === true ? Number.NEGATIVE_INFINITY : this.#drawnAt;
  }
}
