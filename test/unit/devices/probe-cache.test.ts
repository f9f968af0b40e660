import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Probe } from '../../../engine/src/devices/probe.ts';
import { libraryFolders, readProbes, rememberProbes } from '../../../engine/src/devices/probe-cache.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';

const folder = temporaryFolder();
const libraries = path.join(folder, 'libraries');
const PROBES = new Map<string, Probe>([
  ['cuda', { state: 'fails', milliseconds: 3, reason: 'no', missing: 'libx.so' }],
]);

afterEach(() => vi.unstubAllEnvs());

describe.runIf(process.platform === 'linux')('what came of trying a device', () => {
  it.each([
    ['stays, whatever programs a shell finds', () => vi.stubEnv('PATH', '/elsewhere'), PROBES],
    ['goes with other folders for libraries', () => vi.stubEnv('LD_LIBRARY_PATH', '/elsewhere'), new Map()],
    ['goes with a library that is put there', () => writeFileSync(path.join(libraries, 'libx.so'), ''), new Map()],
  ])('%s', async (_, change, expected) => {
    vi.stubEnv('PTASK_CACHE', path.join(folder, 'cache'));
    mkdirSync(libraries, { recursive: true });
    vi.stubEnv('LD_LIBRARY_PATH', `/none:${libraries}`);
    await rememberProbes(PROBES);
    expect(await readProbes()).toEqual(PROBES);
    change();
    expect(await readProbes()).toEqual(expected);
  });
});

it('of an earlier version, which did not try float16, is none', async () => {
  vi.stubEnv('PTASK_CACHE', path.join(folder, 'earlier'));
  const works = { state: 'works', milliseconds: 1 };
  await rememberProbes(new Map([['cuda', works as Probe]]));
  expect(await readProbes()).toEqual(new Map());
  await rememberProbes(new Map([['cuda', { ...works, float16: false } as Probe]]));
  expect([...(await readProbes()).keys()]).toEqual(['cuda']);
});

it.each([
  { state: 'works', milliseconds: 1, float16: false, adapter: null },
  { state: 'works', milliseconds: 1, float16: false, adapter: { name: 5, software: true } },
  { state: 'works', milliseconds: 1, float16: false, adapter: { name: 'Arc', software: false, memoryBytes: 'many' } },
  { state: 'fails', milliseconds: 1, reason: 'no', missing: {} },
  { state: 'may work', milliseconds: 1, reason: 'no' },
  { milliseconds: 1, reason: 'no' },
  null,
])('that nobody could have kept is none: %j', async (spoilt) => {
  vi.stubEnv('PTASK_CACHE', path.join(folder, 'spoilt'));
  const adapter = { name: 'Arc', software: false, memoryBytes: 5, driver: 'xe' };
  const kept = new Map<string, Probe>([
    ...PROBES,
    ['dml', { state: 'died', milliseconds: 2, reason: 'it hangs' }],
    ['coreml', { state: 'works', milliseconds: 1, float16: true, adapter }],
  ]);
  await rememberProbes(new Map([...kept, ['webgpu', spoilt as unknown as Probe]]));
  expect(await readProbes()).toEqual(kept);
});

it('on Windows, where npm and npx are called changes no folders that libraries are looked for in', () => {
  const system = 'C:\\Windows\\system32;C:\\CUDA\\bin';
  const npm = 'C:\\w\\node_modules\\.bin;C:\\node_modules\\.bin;C:\\npm\\node_modules\\@npmcli\\run-script\\lib';
  expect(libraryFolders({ PATH: `${npm};${system}` }, 'win32')).toBe(system);
  expect(libraryFolders({ PATH: system }, 'win32')).toBe(system);
  expect(libraryFolders({ PATH: system, LD_LIBRARY_PATH: '/lib' }, 'linux')).toBe('/lib');
});
