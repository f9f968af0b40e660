/**
 * Does work on all items, some at once. Where one fails, the others are stopped, and its error is what is thrown once all
 * have ended.
 * @param work gets a signal that is aborted when it is to stop
 */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) {
      stop.throwIfAborted();
      await work(item, stop);
    }
  };
  let first: { readonly error: unknown } | undefined;
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, () =>
    worker().catch((error: unknown) => {
      first ??= { error };
      failed.abort();
    }),
  );
  await Promise.all(workers);
  if (first) throw first.error;
}
