export interface Later {
  /** Does it soon, once for all times that it is asked to meanwhile. */
  readonly soon: () => void;
  dispose(): void;
}

/** Does something when it has not been asked to for a while. */
export function settled(milliseconds: number, action: () => void): Later {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    soon() {
      clearTimeout(timer);
      timer = setTimeout(action, milliseconds);
    },
    dispose: () => clearTimeout(timer),
  };
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
