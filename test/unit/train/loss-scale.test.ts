import { expect, it } from 'vitest';
import { InputError } from '../../../engine/src/errors.ts';
import { float32, type TensorData } from '../../../engine/src/runtime/tensor.ts';
import { halfProblem, runScaled } from '../../../engine/src/train/loss-scale.ts';

const SMALL = 1 / 1024;

/** A step whose gradient is 0.5 and something small, in a precision that ends at `largest`; tells its scales. */
function device(largest: number, scales: number[] = []) {
  return async (feeds: Readonly<Record<string, TensorData>>) => {
    const scale = Number(feeds.loss_scale!.data[0]);
    scales.push(scale);
    const value = Math.abs(0.5 * scale) > largest ? Number.POSITIVE_INFINITY : 0.5 * scale;
    return { d_virtual: float32(Float32Array.of(value, -value, SMALL * scale), [1, 3]) };
  };
}

it('a gradient comes back as large as it is', async () => {
  const scales: number[] = [];
  const { d_virtual } = await runScaled(device(65504, scales), {}, 1 / 3);
  expect([...(d_virtual!.data as Float32Array)]).toEqual([0.5, -0.5, SMALL]);
  expect(scales).toEqual([512]);
});

it('where it overflows it is computed again, smaller, and in the end given as it is', async () => {
  const scales: number[] = [];
  const { d_virtual } = await runScaled(device(10, scales), {}, 1);
  expect([...(d_virtual!.data as Float32Array)]).toEqual([0.5, -0.5, SMALL]);
  expect(scales).toEqual([256, 16]);
  const tried: number[] = [];
  const lost = await runScaled(device(0, tried), {}, 1);
  const infinite = Number.POSITIVE_INFINITY;
  expect([...(lost.d_virtual!.data as Float32Array)]).toEqual([infinite, -infinite, SMALL]);
  expect(tried).toEqual([256, 16, 1, 1 / 16]);
});

it('a device without half precision is told in words; other errors stay what they are', () => {
  const refused = halfProblem(new Error('Program Cast requires f16 but the device does not support it.'), 'webgpu');
  expect(refused).toBeInstanceOf(InputError);
  expect((refused as Error).message).toContain('webgpu does not compute in float16');
  const other = new Error('the device was lost');
  expect(halfProblem(other, 'webgpu')).toBe(other);
});
