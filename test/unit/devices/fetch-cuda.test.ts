import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CUDA_ARCHIVE, type CudaArchive, fetchCuda, planCuda } from '../../../engine/src/devices/fetch-cuda.ts';
import { CUDA_RUNTIME_VERSION, fetchedRuntime, NATIVE_FOLDER } from '../../../engine/src/runtime/cuda-runtime.ts';
import { runtimeVersion } from '../../../engine/src/runtime/provider.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';

const isTarget = process.platform === 'linux' && process.arch === 'x64';

const folder = temporaryFolder();
const LIBRARIES = {
  'libonnxruntime_providers_shared.so': 'bridge',
  'libonnxruntime_providers_cuda.so': 'x'.repeat(5000),
};

/** An archive of the real one's form, with a few bytes for each library. */
function packed(): Buffer {
  const libraries = path.join(folder, 'packed/package/Plugins/Linux/x64');
  mkdirSync(libraries, { recursive: true });
  for (const [name, text] of Object.entries(LIBRARIES)) writeFileSync(path.join(libraries, name), text);
  execFileSync('tar', ['-czf', path.join(folder, 'packed.tgz'), '-C', path.join(folder, 'packed'), 'package']);
  return readFileSync(path.join(folder, 'packed.tgz'));
}

/** What the registry does with a request: the bytes from the one that was asked for on, or something else. */
type Answer = (whole: Buffer, from: number) => { status: number; body: Buffer; cut?: boolean };

const right: Answer = (whole, from) => ({ status: from > 0 ? 206 : 200, body: whole.subarray(from) });
const cut: Answer = (whole, from) => ({ ...right(whole, from), body: whole.subarray(from, from + 100), cut: true });
const garbled: Answer = (whole) => ({ status: 200, body: Buffer.alloc(whole.length, 7) });
const absent: Answer = () => ({ status: 404, body: Buffer.alloc(0) });

describe.runIf(isTarget)('the CUDA provider', () => {
  const whole = isTarget ? packed() : Buffer.alloc(0);
  const archive: CudaArchive = {
    path: 'cuda/-/cuda-1.tgz',
    bytes: whole.length,
    digest: { kind: 'sha256', hash: createHash('sha256').update(whole).digest('hex') },
    licence: 'MIT',
  };
  let server: Server;
  let answers: Answer[];
  let asked: string[];
  let caches = 0;

  beforeEach(async () => {
    vi.stubEnv('PTASK_CACHE', path.join(folder, `cache-${caches++}`));
    answers = [];
    asked = [];
    server = createServer((request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      asked.push(`${request.url} ${from}`);
      const { status, body, cut: isCut } = (answers.shift() ?? right)(whole, from);
      const length = isCut ? whole.length - from : body.length;
      response.writeHead(status, {
        'content-length': length,
        ...(status === 206 ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
      });
      if (isCut) response.write(body, () => response.socket?.destroy());
      else response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    server.close();
  });

  function fetched(): Promise<string> {
    const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { signal } = new AbortController();
    return fetchCuda({ signal, registry, archive, report: () => undefined, pause: async () => undefined });
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
    expect(asked).toEqual(['/cuda/-/cuda-1.tgz 0']);
    expect(existsSync(`${kept}.tgz`)).toBe(false);
  });

  it('goes on where a connection was cut', async () => {
    answers = [cut, cut];
    await fetched();
    expect(asked).toEqual(['/cuda/-/cuda-1.tgz 0', '/cuda/-/cuda-1.tgz 100', '/cuda/-/cuda-1.tgz 200']);
    expect(fetchedRuntime()).toBeDefined();
  });

  it('is not used where its bytes are not those that are known', async () => {
    answers = [garbled, garbled, garbled];
    await expect(fetched()).rejects.toThrow(/arrived twice with another content/);
    expect(fetchedRuntime()).toBeUndefined();
    expect(readdirSync(process.env.PTASK_CACHE!)).toEqual([]);
  });

  it('is told to be missing where the registry does not have it', async () => {
    answers = [absent];
    await expect(fetched()).rejects.toThrow(/^http:\/\/127\S+ does not give out com\.github\.asus4/);
  });
});

it('what is fetched is of the runtime that ptask comes with', () => {
  expect(runtimeVersion()).toBe(CUDA_RUNTIME_VERSION);
  expect(CUDA_ARCHIVE.path).toMatch(/\.tgz$/);
});
