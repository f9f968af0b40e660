import { t } from '../../../l10n/src/words.ts';
import { short, shown } from '../shown.ts';

/** Why a tokeniser's file cannot be used: what is to follow the file's name. */
export class UnusableTokenizer extends Error {
  override readonly name = 'UnusableTokenizer';

  constructor(message: string) {
    super(short(message));
  }
}

/** No vocabulary has 2^24 tokens; a larger id would only make lists enormous. */
export function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 24;
}

/** The tokens of a model, in the form in which the library keeps them. */
export class Vocabulary {
  readonly ids = new Map<string, number>();
  /** By id; an id that is not given has no text. */
  readonly texts: string[] = [];
  /** By id, of a unigram model. */
  readonly scores: number[] = [];
  /** By the pair, as JSON. */
  readonly mergeRanks = new Map<string, number>();
  #merges = 0;

  /** One more than the highest id; 0 without any. */
  get size(): number {
    return this.texts.length;
  }

  /** @throws UnusableTokenizer where the id is none */
  add(token: string, id: unknown): void {
    if (!isId(id)) throw new UnusableTokenizer(t("gives the token '{0}' the id {1}", token, shown(id)));
    this.ids.set(token, id);
    this.texts[id] = token;
  }

  /**
   * Adds the next token of a unigram model.
   * @param entry a text and its score
   * @throws UnusableTokenizer where it is something else
   */
  addScored(entry: unknown): void {
    const id = this.texts.length;
    const [token, score] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    if (typeof token !== 'string' || typeof score !== 'number') {
      throw new UnusableTokenizer(t('has no text and score for token {0}', id));
    }
    this.add(token, id);
    this.scores.push(score);
  }

  /**
   * Adds the next merge, which ranks behind those before it.
   * @param merge both parts, as a list or with a space between them
   * @throws UnusableTokenizer where it is something else
   */
  addMerge(merge: unknown): void {
    const parts: readonly unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    if (parts.length !== 2 || parts.some((part) => typeof part !== 'string')) {
      throw new UnusableTokenizer(t('has a merge that is none: {0}', shown(merge)));
    }
    this.mergeRanks.set(JSON.stringify(parts), this.#merges);
    this.#merges += 1;
  }
}
