export interface Later {
  /** Does it soon, once for all times that it is asked to meanwhile. */
  readonly soon: () => void;
  dispose(): void;
}

/** Does something a while after it is asked to. */
export function later(milliseconds: number, action: () => void): Later {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    soon() {
      timer ??= setTimeout(() => {
        timer = undefined;
        action();
      }, milliseconds);
    },
    dispose: () => clearTimeout(timer),
  };
}
