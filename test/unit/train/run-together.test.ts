import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Session } from '../../../engine/src/runtime/session.ts';
import { BackboneStep, type PromptedBatch, type TaskRow } from '../../../engine/src/train/backbone-step.ts';
import { goldenBackbone, largestDifference, someVirtual } from './small-backbone.ts';

const backbone = await goldenBackbone();
const { hidden, vocabSize } = backbone.model.config;
const step = new BackboneStep(backbone);
afterAll(() => step.release());

/** Batches with prompts of their own, whose tasks have the same names and as many or fewer virtual tokens. */
const anyBatches: fc.Arbitrary<PromptedBatch[]> = fc
  .array(
    fc.record({
      seed: fc.nat(1000),
      start: fc.constantFrom([], [7, 8]),
      sizes: fc.constantFrom({ a: 1, b: 3 }, { a: 2, b: 2 }),
      rows: fc.array(
        fc.record({
          taskname: fc.constantFrom<'a' | 'b'>('a', 'b'),
          text: fc.array(fc.nat(vocabSize - 1), { minLength: 2, maxLength: 9 }),
          behind: fc.boolean(),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((batches) =>
    batches.map(({ seed, start, sizes, rows }) => ({
      batch: rows.map(({ taskname, text, behind }): TaskRow => {
        const prompt = Array.from({ length: sizes[taskname] }, (_, k) => -1 - k);
        const ids = behind ? [...start, ...text, ...prompt, 5, 6] : [...start, ...prompt, ...text, 6];
        return { taskname, row: { ids: Int32Array.from(ids), firstTarget: ids.length - 2 } };
      }),
      virtual: new Map([
        ['a', someVirtual(sizes.a, hidden, seed)],
        ['b', someVirtual(sizes.b, hidden, seed + 1)],
      ]),
    })),
  );

describe('batches that are run together', () => {
  it('have the results that each has by itself', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatches, async (batches) => {
        const together = await step.runTogether(batches);
        for (const [i, { batch, virtual }] of batches.entries()) {
          const alone = await step.run(batch, virtual);
          expect(together[i]!.targets).toBe(alone.targets);
          expect(Math.abs(together[i]!.loss - alone.loss)).toBeLessThan(1e-5);
          expect([...together[i]!.dVirtual.keys()].sort()).toEqual([...alone.dVirtual.keys()].sort());
          for (const [task, gradient] of alone.dVirtual) {
            expect(largestDifference(together[i]!.dVirtual.get(task)!, gradient)).toBeLessThan(1e-5);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  const batchOf = (rows: number, length: number, virtualTokens: number): PromptedBatch => ({
    batch: Array.from({ length: rows }, (_, n) => {
      const ids = Int32Array.from({ length: virtualTokens + length }, (_, i) =>
        i < virtualTokens ? -1 - i : (n + 3 * i) % vocabSize,
      );
      return { taskname: 'a', row: { ids, firstTarget: ids.length - 1 } };
    }),
    virtual: new Map([['a', someVirtual(virtualTokens, hidden)]]),
  });

  it.each([
    ['few rows with short prompts, in one run', batchOf(2, 8, 4), 1],
    ['long prompts, which are computed once for their rows, in a run each', batchOf(8, 8, 30), 4],
  ])('are %s', async (_, batch, runs) => {
    const run = vi.spyOn(Session.prototype, 'run');
    await step.runTogether([batch, batch, batch, batch]);
    expect(run.mock.calls).toHaveLength(runs);
    run.mockRestore();
  });
});
