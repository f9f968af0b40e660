import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { hub, WEIGHTS } from './fetching.ts';
import { cutAfter, ignoreRange } from './hub-server.ts';

/** As on Windows: what is opened to append to may not be cut. */
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const open: typeof real.open = async (path, flags, mode) => {
    const file = await real.open(path, flags, mode);
    const appends = typeof flags === 'number' ? (flags & constants.O_APPEND) !== 0 : flags?.startsWith('a');
    if (appends) {
      const refusal = Object.assign(new Error('EPERM: operation not permitted, ftruncate'), { code: 'EPERM' });
      vi.spyOn(file, 'truncate').mockRejectedValue(refusal);
    }
    return file;
  };
  return { ...real, open };
});

it('a download is begun again on Windows, too, where a server knows no ranges', async () => {
  const { fetch, server } = await hub();
  server.misbehave('store', cutAfter(Math.floor(WEIGHTS.length / 2)), ignoreRange);
  expect(await readFile(join(await fetch(), 'model.safetensors'))).toEqual(WEIGHTS);
});
