import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import { tinyFolder } from '../model/tiny-folder.ts';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  realpath: (path: string) =>
    Promise.reject(
      Object.assign(new Error(`EISDIR: illegal operation on a directory, realpath '${path}'`), { code: 'EISDIR' }),
    ),
}));

it('a model is opened on a RAM disk of Windows, which tells of no path where it really is', async () => {
  const dir = await tinyFolder();
  const opened = await openModelFolder(dir);
  expect(opened.kind === 'ok' && opened.model.weights.get('wte.weight')!.file).toBe(join(dir, 'model.safetensors'));
});
