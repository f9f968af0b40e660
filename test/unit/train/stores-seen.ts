import { vi } from 'vitest';
import type { RowStore } from '../../../engine/src/data/row-store.ts';

/** Counts the row stores that are opened and closed from now on, until mocks are restored. */
export function storesSeen(store: typeof RowStore): { opened: number; closed: number } {
  const seen = { opened: 0, closed: 0 };
  const open = store.open.bind(store);
  const { close } = store.prototype;
  vi.spyOn(store, 'open').mockImplementation(async (...args) => {
    const made = await open(...args);
    seen.opened++;
    return made;
  });
  vi.spyOn(store.prototype, 'close').mockImplementation(function (this: RowStore) {
    seen.closed++;
    close.call(this);
  });
  return seen;
}
