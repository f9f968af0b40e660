/** How long the thread is kept at a time, in milliseconds. */
const SLICE_MS = 5;

/**
 * Does long work a few steps at a time.
 * @param breathe resolves when others have had the thread
 */
export async function inSlices<T>(steps: Generator<void, T>, breathe: () => Promise<void>): Promise<T> {
  let sliceEnds = performance.now() + SLICE_MS;
  while (true) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < sliceEnds) continue;
    await breathe();
    sliceEnds = performance.now() + SLICE_MS;
  }
}

/** Does it all at once. */
export function atOnce<T>(steps: Generator<void, T>): T {
  while (true) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
