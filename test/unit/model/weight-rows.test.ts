import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWeightRows, weightRowBlocks } from '../../../engine/src/backbone/weight-rows.ts';
import { FileError } from '../../../engine/src/errors.ts';
import type { WeightDtype } from '../../../model/src/dtypes.ts';
import type { WeightRef } from '../../../model/src/folder/stored-weights.ts';
import { temporaryFolder } from './tiny-folder.ts';

/** A matrix [3, 2] of 1 … 6 that starts at an odd byte. */
async function matrix(dtype: WeightDtype, elements: Uint8Array): Promise<WeightRef> {
  const file = join(await temporaryFolder(), 'weights');
  await writeFile(file, Buffer.concat([Buffer.alloc(3), elements, Buffer.alloc(5)]));
  return { file, offset: 3, length: elements.byteLength, dtype, shape: [3, 2] };
}

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer);

test.each([
  ['F32', bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6))],
  ['F16', bytesOf(Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600))],
  ['BF16', bytesOf(Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0x40c0))],
] as const)('rows of %s, in the order asked for', async (dtype, elements) => {
  const ref = await matrix(dtype, elements);
  expect([...(await readWeightRows(ref, [2, 0, 2]))]).toEqual([5, 6, 1, 2, 5, 6]);
  expect([...(await readWeightRows(ref, []))]).toEqual([]);
});

test.each([1, 2, 3, 9])('all rows in blocks of %i', async (rows) => {
  const ref = await matrix('F32', bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)));
  const read: number[] = [];
  for await (const { from, data } of weightRowBlocks(ref, rows)) {
    expect(from).toBe(read.length / 2);
    read.push(...data);
  }
  expect(read).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a row that is not there is a mistake of the caller', async () => {
  const ref = await matrix('F32', new Uint8Array(24));
  await expect(readWeightRows(ref, [3])).rejects.toThrow(RangeError);
  await expect(readWeightRows(ref, [-1])).rejects.toThrow(RangeError);
  await expect(readWeightRows({ ...ref, shape: [6] }, [0])).rejects.toThrow(RangeError);
});

test('a file that has gone or shrunk is named, with the reason in plain words', async () => {
  const ref = await matrix('F32', new Uint8Array(24));
  await writeFile(ref.file, new Uint8Array(10));
  await expect(readWeightRows(ref, [2])).rejects.toThrow(FileError);
  const gone = readWeightRows({ ...ref, file: `${ref.file}-gone` }, [0]);
  await expect(gone).rejects.toThrow(`${ref.file}-gone: cannot be read: there is no such file`);
});
