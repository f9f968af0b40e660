/** How long work in the background may take before it lets others have the thread, in milliseconds. */
const SLICE_MS = 8;

/** Work that can be given up and that lets others have the thread now and then. */
export class Work {
  readonly #signal: AbortSignal | undefined;
  readonly #breathe: (() => Promise<void>) | undefined;
  #sliceEnds = performance.now() + SLICE_MS;

  /** @param breathe resolves when others have had their turn; left out where nobody waits for one */
  constructor({ signal, breathe }: { signal?: AbortSignal | undefined; breathe?: (() => Promise<void>) | undefined }) {
    this.#signal = signal;
    this.#breathe = breathe;
  }

  /**
   * To be called where the work can be interrupted, and awaited when it gives a promise.
   *
   * @throws the signal's reason when the work was given up
   */
  pause(): Promise<void> | undefined {
    this.#signal?.throwIfAborted();
    return this.#breathe !== undefined && performance.now() >= this.#sliceEnds ? this.#wait(this.#breathe) : undefined;
  }

  async #wait(breathe: () => Promise<void>): Promise<void> {
    await breathe();
    this.#sliceEnds = performance.now() + SLICE_MS;
    this.#signal?.throwIfAborted();
  }
}
