import { expect, it } from 'vitest';
import { KNOWN_STEPS, takeStep, tryKnownSteps } from '../../../engine/src/devices/known-step.ts';
import { relativeError } from '../../golden/golden.ts';

it.each(['gpt2', 'llama'] as const)('the numbers that a device must find are those of the CPU: %s', async (kind) => {
  const found = await takeStep(kind, 'cpu');
  expect(found.loss).toBeCloseTo(KNOWN_STEPS[kind].loss, 6);
  expect(relativeError(found.gradient, KNOWN_STEPS[kind].gradient)).toBeLessThan(1e-3);
});

it.each(['gpt2', 'llama'] as const)('in float16 they are nearly the same: %s', async (kind) => {
  const { gradient } = KNOWN_STEPS[kind];
  const found = await takeStep(kind, 'cpu', 'float16');
  expect(relativeError(found.gradient, gradient)).toBeLessThan(1e-2);
  // The CPU rounds to half precision, too, wherever it computes the products.
  const single = await takeStep(kind, 'cpu');
  expect(relativeError(found.gradient, [...single.gradient])).toBeGreaterThan(1e-5);
});

it.each(['float32', 'float16'] as const)('the CPU passes in %s', (precision) => tryKnownSteps('cpu', precision));

it('a device that the runtime lacks does not', async () => {
  await expect(tryKnownSteps(process.platform === 'win32' ? 'coreml' : 'dml')).rejects.toThrow();
});
