import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CUDA_ARCHIVE, type CudaArchive, fetchCuda, planCuda } from '../../../engine/src/devices/fetch-cuda.ts';
import { lockFile } from '../../../engine/src/file-lock.ts';
import type { FetchProgress } from '../../../engine/src/hub/fetch-model.ts';
import { CUDA_RUNTIME_VERSION, fetchedRuntime, NATIVE_FOLDER } from '../../../engine/src/runtime/cuda-runtime.ts';
import { runtimeVersion } from '../../../engine/src/runtime/provider.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { absent, cut, garbled, LIBRARIES, packedLibraries, Registry, sha256 } from './registry.ts';

const isTarget = process.platform === 'linux' && process.arch === 'x64';

const folder = temporaryFolder();
describe.runIf(isTarget)('the CUDA provider', () => {
  const whole = isTarget ? packedLibraries(folder) : Buffer.alloc(0);
  const archive: CudaArchive = {
    path: 'cuda/-/cuda-1.tgz',
    bytes: whole.length,
    digest: { kind: 'sha256', hash: sha256(whole) },
    licence: 'MIT',
  };
  let registry: Registry;
  let caches = 0;
  let reported: (progress: FetchProgress) => void;

  beforeEach(async () => {
    reported = () => undefined;
    vi.stubEnv('PTASK_CACHE', path.join(folder, `cache-${caches++}`));
    registry = await Registry.start(whole);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await registry.close();
  });

  function fetched(from = `${registry.url}/`, wanted = archive): Promise<string> {
    const { signal } = new AbortController();
    return fetchCuda({
      signal,
      registry: from,
      archive: wanted,
      report: (progress) => reported(progress),
      pause: async () => undefined,
    });
  }

  it('is fetched beside a copy of the runtime, once, and that copy is what is used', async () => {
    expect(fetchedRuntime()).toBeUndefined();
    expect((await planCuda(archive)).missingBytes).toBe(whole.length);
    const kept = await fetched();
    expect(fetchedRuntime()).toBe(path.join(kept, 'node_modules/onnxruntime-node'));
    const native = path.join(fetchedRuntime()!, NATIVE_FOLDER);
    for (const [name, text] of Object.entries(LIBRARIES))
      expect(readFileSync(path.join(native, name), 'utf8')).toBe(text);
    const program = 'console.log(require(process.argv[1]).env.versions.node)';
    expect(execFileSync(process.execPath, ['-e', program, fetchedRuntime()!], { encoding: 'utf8' }).trim()).toBe(
      runtimeVersion(),
    );
    expect((await planCuda(archive)).missingBytes).toBe(0);
    await fetched();
    expect(registry.asked).toEqual(['/cuda/-/cuda-1.tgz 0']);
    expect(existsSync(`${kept}.tgz`)).toBe(false);
  });

  it('is not asked for where there is no room for it', async () => {
    await expect(fetched(undefined, { ...archive, bytes: 2 ** 60 })).rejects.toThrow(
      / are needed in .*, which has room for /,
    );
    expect(registry.asked).toEqual([]);
  });

  it('goes on where a connection was cut', async () => {
    registry.misbehave(cut, cut);
    await fetched();
    expect(registry.asked).toEqual(['/cuda/-/cuda-1.tgz 0', '/cuda/-/cuda-1.tgz 100', '/cuda/-/cuda-1.tgz 200']);
    expect(fetchedRuntime()).toBeDefined();
  });

  it('is kept packed where it cannot be unpacked, and is not fetched again for that', async () => {
    const { PATH } = process.env;
    vi.stubEnv('PATH', '/nowhere');
    await expect(fetched()).rejects.toThrow("the program 'tar'");
    expect((await planCuda(archive)).missingBytes).toBe(0);
    vi.stubEnv('PATH', PATH);
    await fetched();
    expect(fetchedRuntime()).toBeDefined();
    expect(registry.asked).toHaveLength(1);
  });

  it('takes away what one that was killed has left unpacked', async () => {
    const { folder: kept } = await planCuda(archive);
    const left = `${kept}.4711-0123abcd.tmp`;
    mkdirSync(left, { recursive: true });
    await fetched();
    expect(readdirSync(process.env.PTASK_CACHE!)).toEqual([path.basename(kept)]);
  });

  it('of which a part is gone is fetched anew', async () => {
    await fetched();
    rmSync(path.join(fetchedRuntime()!, NATIVE_FOLDER, 'libonnxruntime_providers_cuda.so'));
    expect((await planCuda(archive)).missingBytes).toBe(whole.length);
    await fetched();
    expect(fetchedRuntime()).toBeDefined();
  });

  it('is not there where the cache cannot be looked into, as another user’s, or by a link to itself', () => {
    const cache = path.join(folder, 'loop');
    symlinkSync('loop', cache);
    vi.stubEnv('PTASK_CACHE', cache);
    expect(fetchedRuntime()).toBeUndefined();
  });

  it('is waited for where another process is fetching it, whose number is told', async () => {
    mkdirSync(process.env.PTASK_CACHE!);
    const lock = await lockFile(`${(await planCuda(archive)).folder}.lock`, 0);
    const told = new Promise<FetchProgress>((resolve) => {
      reported = (progress) => progress.waiting && resolve(progress);
    });
    const fetching = fetched();
    expect((await told).waiting).toMatchObject({ holder: { pid: process.pid } });
    await lock.release();
    await fetching;
    expect(fetchedRuntime()).toBeDefined();
  });

  it('is not used where its bytes are not those that are known', async () => {
    registry.misbehave(garbled, garbled, garbled);
    await expect(fetched()).rejects.toThrow(/arrived twice with another content/);
    expect(fetchedRuntime()).toBeUndefined();
    expect(readdirSync(process.env.PTASK_CACHE!)).toEqual([]);
  });

  it('comes from the registry that a variable of npm names, in small letters or large ones', async () => {
    vi.stubEnv('npm_config_registry', '');
    vi.stubEnv('NPM_CONFIG_REGISTRY', `${registry.url} `);
    await fetchCuda({ signal: new AbortController().signal, archive, report: () => undefined });
    expect(registry.asked).toHaveLength(1);
  });

  it.each(['', 'registry.example', 'ftp://registry.example'])('comes from no such registry: %j', async (from) => {
    await expect(fetched(from)).rejects.toThrow(`the npm registry is '${from}', which is no http or https address`);
  });

  it('says where it cannot be written', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    vi.stubEnv('PTASK_CACHE', path.join(file, 'cache'));
    await expect(fetched()).rejects.toThrow(`${path.join(file, 'cache')}: cannot be written`);
  });

  it('is told to be missing where the registry does not have it', async () => {
    registry.misbehave(absent);
    await expect(fetched()).rejects.toThrow(/^http:\/\/127\S+ does not give out com\.github\.asus4/);
  });
});

it('what is fetched is of the runtime that ptask comes with', () => {
  expect(runtimeVersion()).toBe(CUDA_RUNTIME_VERSION);
  expect(CUDA_ARCHIVE.path).toMatch(/\.tgz$/);
});
