import type * as FileSystem from 'node:fs/promises';
import { basename } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ModelMemo } from '../../engine/src/model-memo.ts';
import { openModelFolder } from '../../model/src/model-folder.ts';
import { serializeSafetensors } from '../../model/src/safetensors.ts';
import { ModelCache } from '../../server/src/model-cache.ts';
import { tinyFolder, tinyTensors } from './model/tiny-folder.ts';

/** The file or folder that the system refuses to open or to look at, and from which time on. */
let refused: { readonly name: string; readonly action: 'open' | 'stat'; after: number } | undefined;
const open = new Set<FileSystem.FileHandle>();

function refuse(path: unknown, action: 'open' | 'stat'): void {
  if (refused?.action !== action || basename(String(path)) !== refused.name || refused.after-- > 0) return;
  throw Object.assign(new Error(`EACCES: simulated, ${action}`), { code: 'EACCES', path });
}

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      refuse(args[0], 'open');
      const file = await real.open(...args);
      const close = file.close.bind(file);
      open.add(file);
      file.close = async () => {
        open.delete(file);
        await close();
      };
      return file;
    },
    stat: async (...args: Parameters<typeof real.stat>) => {
      refuse(args[0], 'stat');
      return real.stat(...args);
    },
  };
});

afterEach(() => {
  refused = undefined;
});

const PARTS = ['config.json', 'model.safetensors', 'tokenizer.json'];

test.each(PARTS)('a model whose %s may be read again is one, though no file has changed', async (name) => {
  const model = await tinyFolder();
  const [cache, memo] = [new ModelCache(async () => {}), new ModelMemo()];
  const facts = () => cache.facts({ taskFile: '/a.ptask.json', model, language: null });
  const tokenizer = async () => {
    const opened = await memo.open(model);
    return opened.kind === 'ok' ? opened.model.loadTokenizer() : Promise.reject(new Error(opened.problem));
  };
  refused = { name, action: 'open', after: 0 };
  expect(await facts()).toMatchObject({ kind: 'not-found', reason: expect.stringContaining('permission denied') });
  await expect(tokenizer()).rejects.toThrow(`${name}: `);
  refused = undefined;
  expect(await facts()).toMatchObject({ kind: 'ok' });
  expect(await tokenizer()).toBeDefined();
});

test('a folder that may not be looked at is not said to be absent', async () => {
  const model = await tinyFolder();
  refused = { name: basename(model), action: 'stat', after: 0 };
  const facts = await new ModelCache(async () => {}).facts({ taskFile: '/a.ptask.json', model, language: null });
  expect(facts).toEqual({
    kind: 'not-found',
    missing: [],
    reason: `the model folder ${model} cannot be read: ${model}: permission denied`,
  });
});

test('no file stays open where another one cannot be opened', async () => {
  const tensors = tinyTensors();
  const twice = tensors.set('lm_head.weight', tensors.get('transformer.wte.weight')!);
  const dir = await tinyFolder({ 'model.safetensors': serializeSafetensors(twice) });
  expect(await openModelFolder(dir)).toMatchObject({ kind: 'ok' });
  // Behind that of the header, each matrix is read on its own.
  refused = { name: 'model.safetensors', action: 'open', after: 2 };
  expect(await openModelFolder(dir)).toMatchObject({ kind: 'broken' });
  expect(open.size).toBe(0);
});
