/** News that come one soon after the other are drawn together. */
const EVERY_MS = 50;
/** For five seconds: what has not been asked for by then is not drawn at all. */
const MOST_TIMES = 100;

/**
 * Tells an editor that there is something new to draw, until it has asked for every document that it shows: it does not
 * hear while it waits for what others have to draw.
 */
export class Redrawing<Document> {
  readonly #tell: () => void;
  readonly #shown: () => Iterable<Document>;
  readonly #unasked = new Set<Document>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #times = 0;

  constructor(tell: () => void, shown: () => Iterable<Document>) {
    this.#tell = tell;
    this.#shown = shown;
  }

  /** There is something new: it is told at once, or with others soon. */
  news(): void {
    for (const document of this.#shown()) this.#unasked.add(document);
    this.#times = 0;
    if (this.#timer === undefined) this.#next();
  }

  /** What is new has been asked for. */
  asked(document: Document): void {
    this.#unasked.delete(document);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    this.#timer = undefined;
    const shown = new Set(this.#shown());
    // One that is closed will not be asked for.
    for (const document of this.#unasked) {
      if (!shown.has(document)) this.#unasked.delete(document);
    }
    if (this.#unasked.size === 0 || this.#times === MOST_TIMES) {
      this.#unasked.clear();
      return;
    }
    this.#times++;
    this.#timer = setTimeout(() => this.#next(), EVERY_MS);
    this.#tell();
  }
}
