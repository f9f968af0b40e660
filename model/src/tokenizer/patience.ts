import { t } from '../../../l10n/src/words.ts';
import { failureOf } from '../shown.ts';
import { OutOfTime, TimeLimit } from '../time-limit.ts';
import { UnusableTokenizer } from './vocabulary.ts';

/** A tokeniser that has taken too long over a text, or failed at one, and is not asked again. */
export class TokenizerGivenUp extends Error {
  override readonly name = 'TokenizerGivenUp';
  /** The message without the folder's name. */
  readonly reason: string;

  constructor(reason: string, folder: string | undefined) {
    super(folder === undefined ? reason : t('model folder {0}: {1}', folder, reason));
    this.reason = reason;
  }
}

/**
 * Milliseconds that a text may take, and a thousand of its UTF-16 units; and the most that any text may. A million letters in one word
 * take a second or two, and more where others want the processor.
 */
const LIMIT = { text: 2_000, thousand: 20, most: 60_000 } as const;

/**
 * How long a tokeniser is waited for. A file from elsewhere says what is done to a text, a regular expression that tries things
 * without end perhaps. What has been stopped may have left anything half done, and would be as slow the next time, so that the
 * tokeniser is not used any more.
 */
export class Patience {
  readonly #file: string;
  readonly #folder: string | undefined;
  #end: TokenizerGivenUp | undefined;
  readonly #limit = new TimeLimit();

  /** @param file the tokeniser's, and its folder, for the message */
  constructor(file: string, folder?: string) {
    this.#file = file;
    this.#folder = folder;
  }

  /** Why the tokeniser has been given up; undefined while it has not. */
  get end(): TokenizerGivenUp | undefined {
    return this.#end;
  }

  /**
   * What the work gives.
   * @param units UTF-16 units of the text that the work is about; without it the work is known to take no time
   * @throws TokenizerGivenUp where it throws or takes too long, and always from then on
   */
  over<T>(units: number | undefined, work: () => T): T {
    return this.#watched(units, units === undefined ? undefined : limitFor(units), work);
  }

  /**
   * As `over`, for work in steps between which others have the thread. Of its time counts what a step takes longer than it should,
   * so that a busy machine has it as long as it needs.
   */
  *through<T>(units: number | undefined, steps: Generator<void, T>): Generator<void, T> {
    let left = units === undefined ? undefined : limitFor(units);
    while (true) {
      const began = performance.now();
      const step = this.#watched(units, left, () => (left === undefined ? steps.next() : someOf(steps)));
      if (step.done) return step.value;
      if (left !== undefined) left -= Math.max(0, performance.now() - began - EXPECTED_MS);
      yield;
    }
  }

  #watched<T>(units: number | undefined, limit: number | undefined, work: () => T): T {
    if (this.#end !== undefined) throw this.#end;
    try {
      return limit === undefined ? work() : this.#limit.run(limit, work);
    } catch (error) {
      this.#end = new TokenizerGivenUp(this.#reasonOf(error, units ?? 0), this.#folder);
      throw this.#end;
    }
  }

  #reasonOf(error: unknown, units: number): string {
    if (error instanceof OutOfTime)
      return t('{0} is not used any more, as it took more than {1} s over a text', this.#file, limitFor(units) / 1000);
    const why = error instanceof UnusableTokenizer ? error.message : t('cannot be used: {0}', failureOf(error));
    return `${this.#file} ${why}`;
  }
}

/** Steps that are taken together under the clock, which costs as much as some of them. */
const TOGETHER = 8;
/** Milliseconds that they may take before it counts. */
const EXPECTED_MS = 20;

function someOf<T>(steps: Generator<void, T>): IteratorResult<void, T> {
  let step = steps.next();
  for (let taken = 1; !step.done && taken < TOGETHER; taken++) step = steps.next();
  return step;
}

function limitFor(units: number): number {
  return Math.min(LIMIT.most, LIMIT.text + LIMIT.thousand * Math.ceil(units / 1000));
}
