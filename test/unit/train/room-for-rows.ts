import { vi } from 'vitest';
import { Session } from '../../../engine/src/runtime/session.ts';
import type { Feed } from '../../../engine/src/runtime/tensor.ts';

export const OUT_OF_MEMORY =
  "Non-zero status code returned while running Gemm node. Name:'Gemm_22' Status Message: Failed to allocate memory for requested buffer of size 1073741824";

/**
 * Makes all sessions those of a device with room for so many rows, until mocks are restored.
 * @param isMeant tells the graphs that it is about by what they are fed with
 * @returns how many rows each run of these was given
 */
export function roomFor(
  rows: number,
  isMeant: (feeds: Readonly<Record<string, Feed>>) => boolean,
  message = OUT_OF_MEMORY,
): { readonly rowsARun: readonly number[] } {
  const run = Session.prototype.runKeeping;
  const rowsARun: number[] = [];
  vi.spyOn(Session.prototype, 'runKeeping').mockImplementation(async function (this: Session, feeds) {
    const count = isMeant(feeds) ? feeds.row_tokens?.dims[1] : undefined;
    if (count === undefined) return run.call(this, feeds);
    rowsARun.push(count);
    if (count > rows) throw new Error(message);
    return run.call(this, feeds);
  });
  return { rowsARun };
}
