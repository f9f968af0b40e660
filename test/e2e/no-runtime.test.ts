import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../unit/engine/temporary-folder.ts';
import { Engine } from './engine.ts';
import { PTASK, ptask, writeProject } from './ptask.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ROOT = path.resolve(import.meta.dirname, '../..');
const PACKAGES = ['onnxruntime-node', 'onnxruntime-common'];
const BINARY = `bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`;

const dir = temporaryFolder();
const dist = path.join(dir, 'dist');
const runtime = path.join(dist, 'node_modules/onnxruntime-node');
let file: string;

/** The programs as they are packaged, with ONNX Runtime beside them, but for its native part. */
beforeAll(async () => {
  await cp(path.dirname(PTASK), dist, { recursive: true });
  for (const name of PACKAGES) {
    const from = path.join(ROOT, 'node_modules', name);
    const filter = (source: string) => !source.startsWith(path.join(from, 'bin'));
    await cp(from, path.join(dist, 'node_modules', name), { recursive: true, filter });
  }
  file = await writeProject(path.join(dir, 'project'));
});

describe.each([
  ['has no binary for this platform', undefined, /^ONNX Runtime, which computes, has no binary for \w+ \w+ here; /],
  [
    'cannot be loaded',
    'no library',
    /^ONNX Runtime, which computes, cannot be loaded: .*onnxruntime_binding\.node[:.] .+; /,
  ],
])('where the runtime %s', (_, binary, why) => {
  beforeAll(async () => {
    const place = path.join(runtime, BINARY);
    await rm(path.join(runtime, 'bin'), { recursive: true, force: true });
    if (binary === undefined) return;
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, binary);
  });

  it('the engine says so to what computes, and still tells of runs', async () => {
    const program = path.join(dist, 'engine.js');
    const engine = new Engine('predict', {}, program);
    const refused = { data: { kind: 'engine' }, message: expect.stringMatching(why) };
    await expect(engine.request('plan', { file, tasknames: [], measure: false })).rejects.toMatchObject(refused);
    await expect(engine.request('devices', { refresh: false })).rejects.toMatchObject(refused);
    await expect(engine.request('models', { taskFile: file, folders: [] })).rejects.toMatchObject(refused);
    await expect(engine.request('planFetchCuda', {})).rejects.toMatchObject(refused);
    expect(await engine.request('runs', { folders: [path.dirname(file)] })).toEqual({ runs: [] });
    const training = new Engine('train', {}, program);
    const params = { token: '1', file, tasknames: [], resume: false, device: 'auto' } as const;
    await expect(training.request('train', params)).rejects.toMatchObject(refused);
  });

  it('the command says so, too, and still checks', async () => {
    const program = path.join(dist, 'ptask.js');
    const { code, stderr } = await ptask(['train', file], { program });
    expect([code, stderr.trim().split('\n')]).toEqual([3, [expect.stringMatching(/^error: ONNX Runtime, which /)]]);
    expect(await ptask(['check', file], { program })).toMatchObject({ code: 0, stderr: 'no problems\n' });
  });
});
