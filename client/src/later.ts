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

/** Does something at once, and not again before its time. */
export function atMostEvery(milliseconds: number, action: () => void): Later {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsked = false;
  const act = () => {
    isAsked = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (isAsked) act();
    }, milliseconds);
    action();
  };
  return {
    soon() {
      if (timer === undefined) act();
      else isAsked = true;
    },
    dispose: () => clearTimeout(timer),
  };
}
