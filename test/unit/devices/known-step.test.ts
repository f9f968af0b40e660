import { expect, it } from 'vitest';
import { KNOWN_STEPS, takeStep, tryKnownSteps } from '../../../engine/src/devices/known-step.ts';
import { relativeError } from '../../golden/golden.ts';

it.each(['gpt2', 'llama'] as const)('the numbers that a device must find are those of the CPU: %s', async (kind) => {
  const found = await takeStep(kind, 'cpu');
  expect(found.loss).toBeCloseTo(KNOWN_STEPS[kind].loss, 6);
  expect(relativeError(found.gradient, KNOWN_STEPS[kind].gradient)).toBeLessThan(1e-3);
});

it('the CPU passes', () => tryKnownSteps('cpu'));

it('a device that the runtime lacks does not', async () => {
  await expect(tryKnownSteps(process.platform === 'win32' ? 'coreml' : 'dml')).rejects.toThrow();
});
