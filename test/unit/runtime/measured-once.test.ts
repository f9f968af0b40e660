import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** Modules as a process first has them, since tests that share this one may have measured. */
const FRESH = {
  'the speed of products': async () => (await import('../../../engine/src/runtime/product-speed.ts')).productSpeed,
  'the range of 8-bit products': async () => (await import('../../../engine/src/runtime/int8-range.ts')).largestInt8,
};

beforeEach(() => {
  vi.resetModules();
});
afterEach(() => vi.restoreAllMocks());

it.each(Object.entries(FRESH))('%s is found out once, and again where memory was short', async (_, fresh) => {
  const measured = await fresh();
  const { Session } = await import('../../../engine/src/runtime/session.ts');
  const create = vi.spyOn(Session, 'create').mockRejectedValueOnce(new Error('bad allocation'));
  await expect(measured()).rejects.toThrow('bad allocation');
  const found = await measured();
  expect(await measured()).toBe(found);
  expect(create).toHaveBeenCalledTimes(2);
});
