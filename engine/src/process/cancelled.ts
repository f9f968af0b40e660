import { t } from '../../../l10n/src/words.ts';

/** The client has withdrawn the request that was being answered. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';

  constructor() {
    super(t('the request was cancelled'));
  }
}

/** @throws Cancelled where it has been withdrawn */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new Cancelled();
}

/** @throws Cancelled where the request was withdrawn, whatever that made fail */
export async function cancellable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  }
}
