import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { commonPrefixLength, packBatch } from '../../../engine/src/data/packed-batch.ts';
import { countTargets, type TokenRow } from '../../../engine/src/data/token-row.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { BackboneStep, type TaskRow } from '../../../engine/src/train/backbone-step.ts';
import { buildStepGraph } from '../../../engine/src/train/step-graph.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { goldenBackbone, largestDifference, openBackbone, someVirtual, writeSmallBackbone } from './small-backbone.ts';

const backbone = await goldenBackbone();
const { hidden, vocabSize } = backbone.model.config;
const step = new BackboneStep(backbone);
afterAll(() => step.release());

/** Two tasks with different numbers of virtual tokens. */
const VIRTUAL_TOKENS = { few: 2, many: 5 };
const virtual = new Map(Object.entries(VIRTUAL_TOKENS).map(([task, n]) => [task, someVirtual(n, hidden, n)]));

type Taskname = keyof typeof VIRTUAL_TOKENS;

const token = fc.nat(vocabSize - 1);

/**
 * Rows with their virtual tokens together or apart, in front of, between and behind other tokens, with or without a
 * common start, and a loss over the answer or everything.
 */
const anyRow: fc.Arbitrary<TaskRow> = fc
  .record({
    taskname: fc.constantFrom<Taskname>('few', 'many'),
    start: fc.constantFrom([], [7], [7, 8, 9]),
    text: fc.array(token, { minLength: 1, maxLength: 8 }),
    places: fc.array(fc.nat(8), { minLength: 5, maxLength: 5 }),
    placement: fc.constantFrom('front', 'apart', 'behind'),
    answer: fc.array(token, { minLength: 1, maxLength: 4 }),
    answerOnly: fc.boolean(),
  })
  .map(({ taskname, start, text, places, placement, answer, answerOnly }) => {
    const prompt = [...start, ...text];
    const count = VIRTUAL_TOKENS[taskname];
    const at = Array.from({ length: count }, (_, k) => {
      if (placement === 'front') return start.length;
      return placement === 'behind' ? prompt.length : Math.min(places[k]!, prompt.length);
    }).sort((a, b) => a - b);
    // From behind, so that earlier places stay right.
    for (let k = count - 1; k >= 0; k--) prompt.splice(at[k]!, 0, -1 - k);
    const ids = Int32Array.from([...prompt, ...answer]);
    return { taskname, row: { ids, firstTarget: answerOnly ? prompt.length : 1 } };
  });

const anyBatch = fc.array(anyRow, { minLength: 1, maxLength: 6 });

/** The mean over the batch's targets, of each row by itself. */
async function oneByOne(batch: readonly TaskRow[]) {
  const targets = batch.reduce((sum, { row }) => sum + countTargets(row), 0);
  const dVirtual = new Map<string, Float32Array>();
  let loss = 0;
  for (const item of batch) {
    const result = await step.run([item], virtual);
    const weight = result.targets / targets;
    loss += weight * result.loss;
    const sum = dVirtual.get(item.taskname) ?? new Float32Array(virtual.get(item.taskname)!.length);
    result.dVirtual.get(item.taskname)!.forEach((value, i) => {
      sum[i]! += weight * value;
    });
    dVirtual.set(item.taskname, sum);
  }
  return { loss, dVirtual };
}

describe('a batch', () => {
  it('has the loss and gradient of its rows, weighed by their targets', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatch, async (batch) => {
        const together = await step.run(batch, virtual);
        const apart = await oneByOne(batch);
        expect(together.targets).toBe(batch.reduce((sum, { row }) => sum + countTargets(row), 0));
        expect(Math.abs(together.loss - apart.loss)).toBeLessThan(1e-5);
        expect([...together.dVirtual.keys()].sort()).toEqual([...apart.dVirtual.keys()].sort());
        for (const [task, gradient] of together.dVirtual) {
          expect(largestDifference(gradient, apart.dVirtual.get(task)!)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has them in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyBatch.chain((batch) =>
          fc.tuple(fc.constant(batch), fc.shuffledSubarray(batch, { minLength: batch.length })),
        ),
        async ([batch, shuffled]) => {
          const [a, b] = [await step.run(batch, virtual), await step.run(shuffled, virtual)];
          expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5);
          for (const [task, gradient] of a.dVirtual) {
            expect(largestDifference(gradient, b.dVirtual.get(task)!)).toBeLessThan(1e-5);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('has the same loss where only the loss is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatch, async (batch) => {
        const [full, alone] = [await step.run(batch, virtual), await step.loss(batch, virtual)];
        expect(Math.abs(full.loss - alone.loss)).toBeLessThan(1e-6);
        expect(alone.targets).toBe(full.targets);
      }),
      { numRuns: 20 },
    );
  });

  it('that is too large for one run has them too', async () => {
    const batch = Array.from({ length: 60 }, (_, n): TaskRow => {
      const length = 20 + ((n * 37) % 100);
      const ids = Int32Array.from({ length }, (_, i) => (i < 2 ? -1 - i : (i * 7 + n) % vocabSize));
      return { taskname: 'few', row: { ids, firstTarget: length - 1 - (n % 3) } };
    });
    const run = vi.spyOn(Session.prototype, 'run');
    const together = await step.run(batch, virtual);
    const runs = run.mock.calls.length;
    run.mockRestore();
    const apart = await oneByOne(batch);
    expect(runs).toBeGreaterThan(1);
    expect(runs).toBeLessThan(10);
    expect(Math.abs(together.loss - apart.loss)).toBeLessThan(1e-5);
    expect(largestDifference(together.dVirtual.get('few')!, apart.dVirtual.get('few')!)).toBeLessThan(1e-5);
  });

  it('does not pad short rows to a single long one beyond the budget of a run', async () => {
    const row = (length: number): TaskRow => ({
      taskname: 'few',
      row: {
        ids: Int32Array.from({ length }, (_, i) => (i < 2 ? -1 - i : (i * length) % vocabSize)),
        firstTarget: length - 1,
      },
    });
    const batch = [...Array.from({ length: 40 }, () => row(6)), row(120)];
    const run = vi.spyOn(Session.prototype, 'run');
    await step.loss(batch, virtual);
    const slots = run.mock.calls.map(([feeds]) => feeds.row_tokens!.dims.reduce((a, b) => a * b, 1));
    run.mockRestore();
    expect(slots).toHaveLength(2);
    for (const count of slots) expect(count).toBeLessThanOrEqual(2048);
  });

  it('falls when its virtual tokens go against the gradient', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, async (item) => {
        const { loss, dVirtual } = await step.run([item], virtual);
        const gradient = dVirtual.get(item.taskname)!;
        const norm = gradient.reduce((sum, value) => sum + value * value, 0);
        // A prompt in which the virtual tokens stand behind every target would have no gradient at all.
        fc.pre(norm > 1e-6);
        const size = 1e-2 / Math.sqrt(norm);
        const moved = virtual.get(item.taskname)!.map((value, i) => value - size * gradient[i]!);
        const after = await step.loss([item], new Map([[item.taskname, moved]]));
        expect((loss - after.loss) / (size * norm)).toBeCloseTo(1, 1);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the two forms of the step graph', () => {
  it('agree where all virtual tokens stand in the common prefix', async () => {
    const build = async (places: 'prefix' | 'tokens') => {
      const built = buildStepGraph(backbone.architecture, places);
      return {
        places,
        ...built,
        session: await Session.create(built.graph, { weightsFolder: backbone.weightsFolder }),
      };
    };
    const forms = [await build('prefix'), await build('tokens')];
    const rows = fc.array(fc.array(token, { minLength: 2, maxLength: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(3), async (texts, words) => {
        const start = [...Array(words).keys(), -1, -2];
        const batch = texts.map((text): TokenRow => {
          const ids = Int32Array.from([...start, 11, ...text]);
          return { ids, firstTarget: ids.length - 1 };
        });
        const results = [];
        for (const { places, inverses, windows, session } of forms) {
          const feeds = packBatch(batch, { virtualTokens: 2, places, inverses, windows, weight: 1 / batch.length });
          const input = { type: 'float32' as const, dims: [2, hidden], data: virtual.get('few')! };
          results.push(await session.run({ ...feeds, virtual: input }));
        }
        const [a, b] = results as [(typeof results)[0], (typeof results)[0]];
        expect(Math.abs(Number(a.loss!.data[0]) - Number(b.loss!.data[0]))).toBeLessThan(1e-5);
        expect(largestDifference(a.d_virtual!.data as Float32Array, b.d_virtual!.data as Float32Array)).toBeLessThan(
          1e-5,
        );
      }),
      { numRuns: 15 },
    );
    for (const { session } of forms) await session.release();
  });
});

describe('the common prefix', () => {
  it('is what all rows begin with, short of the token that predicts the first target of any', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 5 }), (batch) => {
        const rows = batch.map(({ row }) => row);
        const length = commonPrefixLength(rows);
        const bound = Math.min(...rows.map((row) => row.firstTarget - 1));
        const start = String(rows[0]!.ids.slice(0, length));
        expect(rows.every((row) => String(row.ids.slice(0, length)) === start)).toBe(true);
        expect(length).toBeLessThanOrEqual(bound);
        const next = new Set(rows.map((row) => row.ids[length]));
        expect(length === bound || next.size > 1).toBe(true);
      }),
    );
  });
});

describe('logits', () => {
  it('of a large vocabulary are made in parts', async () => {
    const dir = writeSmallBackbone(temporaryFolder(), { vocab: 2 ** 20, hidden: 2, heads: 1, layers: 1 });
    const wide = new BackboneStep(await openBackbone(dir));
    const rows = Array.from({ length: 4 }, (_, n): TaskRow => {
      const ids = Int32Array.from({ length: 21 }, (_, i) => (i === 0 ? -1 : 1000 * n + i));
      return { taskname: 'wide', row: { ids, firstTarget: 1 } };
    });
    const wideVirtual = new Map([['wide', someVirtual(1, 2)]]);
    const run = vi.spyOn(Session.prototype, 'run');
    const together = await wide.loss(rows, wideVirtual);
    const logits = run.mock.calls.map(([feeds]) => feeds.query_tokens!.dims[0]! * 2 ** 20);
    run.mockRestore();
    expect(Math.max(...logits)).toBeLessThanOrEqual(32 * 2 ** 20);
    let loss = 0;
    for (const row of rows) loss += (await wide.loss([row], wideVirtual)).loss / rows.length;
    expect(Math.abs(together.loss - loss)).toBeLessThan(1e-5);
    await wide.release();
  });
});
