import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { lowerPriority } from '../../../engine/src/process/lower-priority.ts';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

it('an engine goes on as it is where its priority may not be lowered, as in some sandboxes', async () => {
  const setPriority = vi.spyOn(os, 'setPriority').mockImplementation(() => {
    throw Object.assign(new Error('A system error occurred: uv_os_setpriority returned EACCES'), {
      code: 'ERR_SYSTEM_ERROR',
    });
  });
  syncBuiltinESMExports();
  await lowerPriority(5);
  expect(setPriority).toHaveBeenCalledOnce();
});
