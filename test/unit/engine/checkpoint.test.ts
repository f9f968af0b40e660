import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../../engine/src/errors.ts';
import type { JsonValue } from '../../../engine/src/json-value.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../../../engine/src/train/checkpoint.ts';
import { serializeSafetensors } from '../../../model/src/safetensors.ts';
import { disk, repair } from './failing-disk.ts';
import { temporaryFolder } from './temporary-folder.ts';

vi.mock('node:fs/promises', async (original) => (await import('./failing-disk.ts')).withFailingDisk(original as never));
afterEach(repair);

const folder = temporaryFolder();
const path = join(folder, 'checkpoint.safetensors');
const example: Checkpoint = {
  tensors: new Map([
    ['parameters.0', { shape: [2, 3], data: new Float32Array([1, -0, Number.NaN, 1e-45, 3e38, 6]) }],
    ['m.0', { shape: [1], data: new Float32Array([7]) }],
  ]),
  state: { step: 12, epoch: 1, best: null, random: { generator: [1, -2, 3, 4] } },
};

describe('checkpoints', () => {
  it('come back as they were saved, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__'),
          fc.float32Array({ maxLength: 9 }),
        ),
        fc.jsonValue(),
        async (arrays, json) => {
          const state = JSON.parse(JSON.stringify(json)) as JsonValue;
          const tensors = new Map(
            Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length, 1], data: data.slice() }]),
          );
          await saveCheckpoint(path, { tensors, state });
          const loaded = await loadCheckpoint(path);
          expect(loaded.state).toEqual(state);
          expect([...loaded.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
          for (const [name, { shape, data }] of tensors) {
            expect(loaded.tensors.get(name)!.shape).toEqual(shape);
            const bits = (x: Float32Array) => [...new Uint32Array(x.buffer, x.byteOffset, x.length)];
            expect(bits(loaded.tensors.get(name)!.data)).toEqual(bits(data));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('save a view into a larger array as only its part', async () => {
    const large = new Float32Array([9, 9, 1, 2, 9]);
    await saveCheckpoint(path, { tensors: new Map([['x', { shape: [2], data: large.subarray(2, 4) }]]), state: null });
    expect([...(await loadCheckpoint(path)).tensors.get('x')!.data]).toEqual([1, 2]);
  });

  it('are the same bytes for the same run, whatever order it names its tensors in', async () => {
    await saveCheckpoint(path, example);
    const first = await readFile(path);
    await saveCheckpoint(path, { ...example, tensors: new Map([...example.tensors].reverse()) });
    expect(await readFile(path)).toEqual(first);
  });

  it('are refused when cut off anywhere', async () => {
    await saveCheckpoint(path, example);
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 3) {
      await writeFile(path, whole);
      await truncate(path, length);
      const error = await loadCheckpoint(path).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FileError);
      expect((error as FileError).message).toContain('broken checkpoint');
    }
  });

  it('are refused when they are another program’s file, or hold other types', async () => {
    const format = 'ptask checkpoint 1';
    const cases: [Uint8Array, string][] = [
      [serializeSafetensors(new Map()), 'its format is undefined'],
      [serializeSafetensors(new Map(), { format: 'pt' }), 'its format is "pt"'],
      [serializeSafetensors(new Map(), { format }), 'its state is not JSON'],
      [serializeSafetensors(new Map(), { format, state: '{' }), 'its state is not JSON'],
      [
        serializeSafetensors(new Map([['x', { dtype: 'I64', shape: [1], data: new BigInt64Array(1) }]]), {
          format,
          state: '{}',
        }),
        `tensor 'x' is I64`,
      ],
    ];
    for (const [bytes, words] of cases) {
      await writeFile(path, bytes);
      await expect(loadCheckpoint(path)).rejects.toThrow(words);
    }
  });

  it('say when there is none', async () => {
    await expect(loadCheckpoint(join(folder, 'none'))).rejects.toThrow('there is no such file');
    await mkdir(join(folder, 'sub'), { recursive: true });
    await expect(loadCheckpoint(join(folder, 'sub'))).rejects.toThrow(FileError);
  });

  it('are not called broken, to be deleted, where the system only fails to read them', async () => {
    await saveCheckpoint(path, example);
    disk.readFails = 'EIO';
    const error = await loadCheckpoint(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'EIO',
      message: `${path}: cannot be read: the disk reports an input/output error`,
    });
  });

  it.skipIf(process.platform === 'win32')('are not waited for where a pipe or a folder has their place', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const place of [pipe, folder]) {
      await expect(loadCheckpoint(place)).rejects.toThrow('broken checkpoint: it is not a file; delete it');
    }
  });

  it('leave the last one whole when the disk is full', async () => {
    await saveCheckpoint(path, example);
    const before = await readFile(path);
    disk.writeFails = 'ENOSPC';
    await expect(saveCheckpoint(path, { ...example, state: { step: 13 } })).rejects.toThrow('the disk is full');
    expect(await readFile(path)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('refuse a tensor or a state that would not come back', async () => {
    const wrong = { shape: [2, 2], data: new Float32Array(3) };
    await expect(saveCheckpoint(path, { tensors: new Map([['x', wrong]]), state: null })).rejects.toThrow(RangeError);
    await expect(saveCheckpoint(path, { ...example, state: { loss: Number.NaN } })).rejects.toThrow(RangeError);
  });
});
