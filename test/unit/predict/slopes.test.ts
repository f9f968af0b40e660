import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alibiSlopes } from '../../../engine/src/backbone/bloom.ts';
import { expectLossesOfTraining, goldenMachinery } from './branch-losses.ts';

/** A BLOOM, in which a token knows by the places of keys alone which one stands where. */
const machinery = await goldenMachinery('bloom-untied');
const { tokens } = machinery;

it('branches behind any cached prefix have the loss that training gives them, where keys count by their places', async () => {
  const prompts = tokens(2, 9).map((ids) => Int32Array.of(ids[0]!, -1, -2, ...ids.slice(1)));
  const branches = fc.array(tokens(1, 6), { minLength: 1, maxLength: 3 });
  await expectLossesOfTraining(machinery, prompts, branches);
});

// What `build_alibi_tensor` of transformers gives for 8 and for 14 heads.
it('slopes are a geometric series, and two where heads are no power of two', () => {
  const eight = [0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625];
  expect(alibiSlopes(8)).toEqual(eight);
  const between = [Math.SQRT1_2, 0.35355339, 0.1767767, 0.08838835, 0.04419417, 0.02209709];
  alibiSlopes(14).forEach((slope, head) => {
    expect(slope).toBeCloseTo([...eight, ...between][head]!, 7);
  });
});
