import { afterEach, expect, it, vi } from 'vitest';
import { largestInt8 } from '../../../engine/src/runtime/int8-range.ts';
import { productSpeed } from '../../../engine/src/runtime/product-speed.ts';
import { Session } from '../../../engine/src/runtime/session.ts';

afterEach(() => vi.restoreAllMocks());

it.each([
  ['the speed of products', productSpeed],
  ['the range of 8-bit products', largestInt8],
])('%s is found out once, and again where memory was short', async (_, measured) => {
  const create = vi.spyOn(Session, 'create').mockRejectedValueOnce(new Error('bad allocation'));
  await expect(measured()).rejects.toThrow('bad allocation');
  const found = await measured();
  expect(await measured()).toBe(found);
  expect(create).toHaveBeenCalledTimes(2);
});
