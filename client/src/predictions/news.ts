/** Something new, which several may wait for at a time. */
export class News {
  readonly #waiting = new Set<() => void>();

  tell(): void {
    for (const hear of this.#waiting) hear();
    this.#waiting.clear();
  }

  /** Whether it comes before something else is over, and within some time where there is a limit. */
  async comesBefore(other: Promise<unknown>, withinMs: number | undefined): Promise<boolean> {
    let hear = (): void => undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const news = new Promise<boolean>((resolve) => {
      hear = () => resolve(true);
      if (withinMs !== undefined) timer = setTimeout(() => resolve(false), withinMs);
    });
    this.#waiting.add(hear);
    try {
      return await Promise.race([news, other.then(() => false)]);
    } finally {
      // Beside rows whose prompt is not trained there are no news, however often they are drawn.
      this.#waiting.delete(hear);
      clearTimeout(timer);
    }
  }
}
