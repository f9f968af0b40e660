/**
 * Makes a function on which any number of workers can wait between pieces of work: in each turn of the event loop one of
 * them goes on, the one that has waited longest. However many there are, what comes in waits for one piece of work only.
 */
export function oneATurn(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const next = () => {
    waiting.shift()!();
    if (waiting.length > 0) setImmediate(next);
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(next);
    });
}
