import { expect, it } from 'vitest';
import { packs, packsIntegers } from '../../../engine/src/train/prepacking.ts';

const GPT2_SMALL = 498e6;

it.each([
  ['a demo model', 120e6, 120e6, true],
  ['GPT-2 small, mapped from its file', GPT2_SMALL, GPT2_SMALL, false],
  ['GPT-2 small in half precision, which has to be unpacked anyhow', GPT2_SMALL / 2, GPT2_SMALL, true],
  ['GPT-2 large in half precision', 1.55e9, 3.1e9, false],
])('the weights are laid out for the product kernel or not: %s', (_, stored, float32, expected) => {
  expect(packs(stored, float32)).toBe(expected);
});

it.each([
  ['GPT-2 XL, whose file the runtime reads a matrix at a time', 6.2e9, 6.2e9, true],
  ['GPT-2 small in half precision', GPT2_SMALL / 2, GPT2_SMALL, true],
  ['GPT-2 large in half precision, of which there would be float32 as a whole', 1.55e9, 3.1e9, false],
])('integers are made when a step is loaded, or beforehand: %s', (_, stored, float32, expected) => {
  expect(packsIntegers(stored, float32)).toBe(expected);
});
