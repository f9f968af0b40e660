import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StepResult } from '../../../engine/src/train/backbone-step.ts';
import { expectLossesOfTraining, goldenMachinery } from './branch-losses.ts';

/** A Phi 3 in which all tokens of a row of more than 16 turn otherwise; golden numbers hold what it computes then. */
const OVER = 16;
const machinery = await goldenMachinery('phi3-long');
const { backbone, predictor, step, virtual, token, tokens } = machinery;
const ofTask = new Map([['task', virtual]]);
/** With two virtual tokens behind the first one. */
const prompts = (minLength: number, maxLength: number) =>
  tokens(minLength - 2, maxLength - 2).map((ids) => Int32Array.of(ids[0]!, -1, -2, ...ids.slice(1)));

it('rows as long as the model was first trained for, and longer ones, are both what it takes', () => {
  expect(backbone.longRowsOver).toBe(OVER);
  expect(backbone.model.config.maxPositions).toBeGreaterThan(2 * OVER);
});

it('branches have the loss that training gives them, be the row with them a long one or not', async () => {
  const branches = fc.array(tokens(1, 6), { minLength: 2, maxLength: 4 });
  await expectLossesOfTraining(machinery, prompts(11, 17), branches);
});

it('a row that becomes a long one while it is decoded goes on as one, as without a cache', async () => {
  const anyCase = fc.record({ rows: fc.array(prompts(9, 19), { minLength: 1, maxLength: 3 }), endId: token });
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ rows, endId }) => {
      const prefix = await predictor.cachePrefix(new Int32Array(0), virtual);
      const asked = rows.map((ids) => ({ ids, position: 0, branches: [] }));
      const decoded = await predictor.generate(prefix, asked, endId, 9);
      for (const [n, prompt] of rows.entries()) {
        const expected: number[] = [];
        let cut = true;
        for (let i = 0; i < 9; i++) {
          const ids = Int32Array.of(...prompt, ...expected);
          const [logits] = await predictor.logits(prefix, [{ ids, position: 0, branches: [] }]);
          const next = logits!.indexOf(Math.max(...logits!));
          if (next === endId) {
            cut = false;
            break;
          }
          expected.push(next);
        }
        expect(decoded[n]).toEqual({ ids: expected, cut });
      }
    }),
    { numRuns: 8 },
  );
});

it('a batch of rows of both kinds has the mean of their losses and gradients', async () => {
  const answer = Int32Array.of(5);
  const rows = [15, 16, 17, 19].map((length) => {
    const prompt = Int32Array.from({ length: length - 1 }, (_, i) => (i < 2 ? -1 - i : 3 + i));
    return { taskname: 'task', row: { ids: Int32Array.of(...prompt, ...answer), firstTarget: length - 1 } };
  });
  const together = await step.run(rows, ofTask);
  const apart: StepResult[] = [];
  for (const row of rows) apart.push(await step.run([row], ofTask));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(together.loss).toBeCloseTo(mean(apart.map(({ loss }) => loss)), 5);
  together.dVirtual.get('task')!.forEach((value, i) => {
    expect(value).toBeCloseTo(mean(apart.map(({ dVirtual }) => dVirtual.get('task')![i]!)), 5);
  });
});
