import { vi } from 'vitest';

/** Waits until an assertion holds, far longer than it takes, so that a busy machine fails none. @throws what it threw last */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 30_000, interval: 20 });
}
