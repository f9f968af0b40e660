import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { BranchedRow } from '../../../engine/src/data/packed-rows.ts';
import { type GeneratedTokens, MAX_NEW_TOKENS } from '../../../engine/src/predict/greedy-decoding.ts';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import type { CachedPrefix } from '../../../engine/src/predict/row-runs.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { BackboneStep } from '../../../engine/src/train/backbone-step.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import {
  goldenBackbone,
  largestDifference,
  openBackbone,
  someVirtual,
  writeSmallBackbone,
} from '../train/small-backbone.ts';

const backbone = await goldenBackbone();
const { hidden, vocabSize, maxPositions } = backbone.model.config;
const predictor = new Predictor(backbone);
const step = new BackboneStep(backbone);
afterAll(async () => {
  await predictor.release();
  await step.release();
});

const VIRTUAL_TOKENS = 3;
const virtual = someVirtual(VIRTUAL_TOKENS, hidden);
const token = fc.nat(vocabSize - 1);

/** Prompts of two or more tokens, with the three virtual tokens anywhere or nowhere. */
const anyPrompt = fc
  .record({
    text: fc.array(token, { minLength: 2, maxLength: 9 }),
    places: fc.option(fc.array(fc.nat(9), { minLength: VIRTUAL_TOKENS, maxLength: VIRTUAL_TOKENS })),
  })
  .map(({ text, places }) => {
    const ids = [...text];
    const sorted = (places ?? []).map((place) => Math.min(place, text.length)).sort((a, b) => a - b);
    for (let k = sorted.length - 1; k >= 0; k--) ids.splice(sorted[k]!, 0, -1 - k);
    return Int32Array.from(ids);
  });

const anyBranches = fc.array(
  fc.array(token, { minLength: 1, maxLength: 4 }).map((ids) => Int32Array.from(ids)),
  {
    minLength: 1,
    maxLength: 4,
  },
);

const anyCase = fc.record({ prompt: anyPrompt, branches: anyBranches });

/** The prompt behind a cached prefix of its first tokens. */
async function behind(
  prompt: Int32Array,
  shared: number,
  branches: readonly Int32Array[] = [],
): Promise<{ prefix: CachedPrefix; row: BranchedRow }> {
  const prefix = await predictor.cachePrefix(prompt.slice(0, shared), virtual);
  return { prefix, row: { ids: prompt.slice(shared), position: shared, branches } };
}

async function scores(prompt: Int32Array, branches: readonly Int32Array[], shared = 0): Promise<Float32Array[]> {
  const { prefix, row } = await behind(prompt, shared, branches);
  return (await predictor.score(prefix, [row]))[0]!;
}

const flat = (lists: readonly Float32Array[]) => lists.flatMap((list) => [...list]);

describe('branches scored together', () => {
  it('have the probabilities that each has by itself', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ prompt, branches }) => {
        const together = await scores(prompt, branches);
        expect(together.map((branch) => branch.length)).toEqual(branches.map((branch) => branch.length));
        const apart: Float32Array[] = [];
        for (const branch of branches) apart.push(...(await scores(prompt, [branch])));
        expect(largestDifference(flat(together), flat(apart))).toBeLessThan(1e-5);
      }),
      { numRuns: 25 },
    );
  });

  it('have the loss that training gives them', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ prompt, branches }) => {
        const together = await scores(prompt, branches);
        for (const [n, branch] of branches.entries()) {
          const row = { ids: Int32Array.from([...prompt, ...branch]), firstTarget: prompt.length };
          const { loss } = await step.loss([{ taskname: 'task', row }], new Map([['task', virtual]]));
          const mean = together[n]!.reduce((sum, value) => sum + value, 0) / branch.length;
          expect(Math.abs(loss + mean)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('may be without tokens', async () => {
    const none = new Int32Array(0);
    expect(await scores(Int32Array.of(4, 5), [none, none])).toEqual([new Float32Array(0), new Float32Array(0)]);
    const [empty, one] = await scores(Int32Array.of(4, 5), [none, Int32Array.of(6)]);
    expect([empty!.length, one!.length]).toEqual([0, 1]);
  });
});

describe('a cached prefix', () => {
  it('of any length gives the same probabilities and logits', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, fc.nat(20), async ({ prompt, branches }, cut) => {
        const shared = 1 + (cut % (prompt.length - 1));
        const [whole, cached] = [await behind(prompt, 0), await behind(prompt, shared)];
        const [a] = await predictor.logits(whole.prefix, [whole.row]);
        const [b] = await predictor.logits(cached.prefix, [cached.row]);
        expect(largestDifference(a!, b!)).toBeLessThan(1e-4);
        const [without, with_] = [await scores(prompt, branches), await scores(prompt, branches, shared)];
        expect(largestDifference(flat(without), flat(with_))).toBeLessThan(1e-5);
      }),
      { numRuns: 25 },
    );
  });

  it('serves virtual tokens that stand behind it', async () => {
    const prompt = Int32Array.of(9, -1, 8, -2, -3, 7);
    const other = someVirtual(VIRTUAL_TOKENS, hidden, 77);
    const prefix = await predictor.cachePrefix(prompt.slice(0, 1), virtual);
    const otherPrefix = await predictor.cachePrefix(prompt.slice(0, 1), other);
    const row = { ids: prompt.slice(1), position: 1, branches: [] };
    const [a] = await predictor.logits(prefix, [row]);
    const [b] = await predictor.logits(otherPrefix, [row]);
    expect(largestDifference(a!, b!)).toBeGreaterThan(1e-3);
  });
});

describe('ragged rows', () => {
  const anyRows = fc.array(anyCase, { minLength: 2, maxLength: 6 });

  it('have the probabilities and logits together that each has alone', async () => {
    const prefix = await predictor.cachePrefix(Int32Array.of(3, -1), virtual);
    await fc.assert(
      fc.asyncProperty(anyRows, async (cases) => {
        const rows = cases.map(({ prompt, branches }): BranchedRow => ({ ids: prompt, position: 2, branches }));
        const together = await predictor.score(prefix, rows);
        const logits = await predictor.logits(prefix, rows);
        for (const [n, row] of rows.entries()) {
          const [alone] = await predictor.score(prefix, [row]);
          expect(largestDifference(flat(together[n]!), flat(alone!))).toBeLessThan(1e-5);
          const [logitsAlone] = await predictor.logits(prefix, [row]);
          expect(largestDifference(logits[n]!, logitsAlone!)).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('are put back in their order when they take several runs', async () => {
    const prefix = await predictor.cachePrefix(Int32Array.of(3), virtual);
    const rows = Array.from({ length: 120 }, (_, n): BranchedRow => {
      const ids = Int32Array.from({ length: 1 + ((n * 53) % 90) }, (_, i) => (n + i * i) % vocabSize);
      return { ids, position: 1, branches: [Int32Array.of(n % vocabSize), Int32Array.of(5, 6)] };
    });
    const run = vi.spyOn(Session.prototype, 'runKeeping');
    const together = await predictor.score(prefix, rows);
    expect(run.mock.calls.length).toBeGreaterThan(1);
    run.mockRestore();
    for (const n of [0, 1, 57, 119]) {
      const [alone] = await predictor.score(prefix, [rows[n]!]);
      expect(largestDifference(flat(together[n]!), flat(alone!))).toBeLessThan(1e-5);
    }
  });

  it('are none without rows', async () => {
    const prefix = await predictor.cachePrefix(Int32Array.of(3), virtual);
    expect(await predictor.score(prefix, [])).toEqual([]);
    expect(await predictor.generate(prefix, [], undefined)).toEqual([]);
  });
});

describe('greedy decoding', () => {
  const generate = async (prompt: Int32Array, shared: number, endId?: number, maxNew?: number) => {
    const { prefix, row } = await behind(prompt, shared);
    return (await predictor.generate(prefix, [row], endId, maxNew))[0]!;
  };

  it('takes at each place the token that a computation from scratch finds the most probable', async () => {
    await fc.assert(
      fc.asyncProperty(anyPrompt, fc.nat(20), async (prompt, cut) => {
        const { ids: generated } = await generate(prompt, cut % prompt.length, undefined, 6);
        expect(generated).toHaveLength(6);
        for (const [i, chosen] of generated.entries()) {
          const { prefix, row } = await behind(Int32Array.from([...prompt, ...generated.slice(0, i)]), 0);
          const [logits] = await predictor.logits(prefix, [row]);
          // A tie may fall either way.
          expect(logits![chosen]).toBeGreaterThan(Math.max(...logits!) - 1e-4);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('gives rows of a batch, which end at different times, what each gives alone', async () => {
    const prompts = [[5], [9, 8, 7, 6, 5, 4], [1, 2], [100, 3, 50]].map((ids) => Int32Array.from(ids));
    const prefix = await predictor.cachePrefix(Int32Array.of(-1, -2, -3), virtual);
    const rows = prompts.map((ids): BranchedRow => ({ ids, position: 3, branches: [] }));
    const alone: GeneratedTokens[] = [];
    for (const row of rows) alone.push(...(await predictor.generate(prefix, [row], undefined, 8)));
    for (const endId of [undefined, alone[0]!.ids[2], alone[1]!.ids[5]]) {
      const ended = alone.map(({ ids, cut }) =>
        endId !== undefined && ids.includes(endId)
          ? { ids: ids.slice(0, ids.indexOf(endId)), cut: false }
          : { ids, cut },
      );
      expect(await predictor.generate(prefix, rows, endId, 8)).toEqual(ended);
    }
  });

  /** Rows, an end token that about such a share of them come to, and what each gives up to there. */
  const endingRows = async (prefix: CachedPrefix, count: number, maxNew: number, share: number) => {
    const rows = Array.from({ length: count }, (_, n): BranchedRow => {
      const ids = Int32Array.from({ length: 1 + (n % 5) }, (_, i) => (7 * n + i * i) % vocabSize);
      return { ids, position: 3, branches: [] };
    });
    const free = await predictor.generate(prefix, rows, undefined, maxNew);
    const counts = new Map<number, number>();
    for (const { ids } of free) for (const id of new Set(ids)) counts.set(id, (counts.get(id) ?? 0) + 1);
    const [endId] = [...counts].sort(([, a], [, b]) => Math.abs(a - share * count) - Math.abs(b - share * count))[0]!;
    const ended = free.map(({ ids, cut }) =>
      ids.includes(endId) ? { ids: ids.slice(0, ids.indexOf(endId)), cut: false } : { ids, cut },
    );
    return { rows, endId, ended };
  };
  /** How many rows each run of a generation had. */
  const rowsOfRuns = async (generation: () => Promise<unknown>) => {
    const run = vi.spyOn(Session.prototype, 'runKeeping');
    await generation();
    const counts = run.mock.calls.map(([feeds]) => feeds.past_key_0!.dims[1]!);
    run.mockRestore();
    return counts;
  };

  it('runs no rows that have ended for long, and gives the others what it gives them alone', async () => {
    const prefix = await predictor.cachePrefix(Int32Array.of(-1, -2, -3), virtual);
    const { rows, endId, ended } = await endingRows(prefix, 24, 24, 0.5);
    const counts = await rowsOfRuns(async () =>
      expect(await predictor.generate(prefix, rows, endId, 24)).toEqual(ended),
    );
    expect(counts[0]).toBe(24);
    expect(counts.at(-1)).toBeLessThan(24);
    const open = (step: number) => ended.filter(({ ids }) => ids.length > step).length;
    for (const [step, count] of counts.entries())
      expect(count).toBeLessThanOrEqual(Math.ceil((4 / 3) * open(step - 1)));
  });

  it('goes on with the last rows of several batches together, which get what they get alone', async () => {
    const prefix = await predictor.cachePrefix(Int32Array.of(-1, -2, -3), virtual);
    const { rows, endId } = await endingRows(prefix, 32, 24, 0.9);
    const alone: GeneratedTokens[] = [];
    for (const row of rows) alone.push(...(await predictor.generate(prefix, [row], endId, 24)));
    const [ending, lasting] = [false, true].map((cut) => [...rows.keys()].filter((n) => alone[n]!.cut === cut));
    const order = Array.from({ length: 320 }, (_, n) => {
      const from = n % 10 === 0 ? lasting! : ending!;
      return from[n % from.length]!;
    });
    const counts = await rowsOfRuns(async () => {
      const together = await predictor.generate(
        prefix,
        order.map((n) => rows[n]!),
        endId,
        24,
      );
      for (const [n, text] of together.entries()) expect(text).toEqual(alone[order[n]!]);
    });
    expect(counts[0]).toBeLessThan(160);
    // Each of three batches by itself would have taken 24 runs.
    expect(counts.length).toBeLessThan(3 * 24);
  });

  it('stops before the end token, and at once where that comes first', async () => {
    const prompt = Int32Array.of(5, 6, 7);
    const { ids: free } = await generate(prompt, 1, undefined, 10);
    expect(await generate(prompt, 1, free[0], 10)).toEqual({ ids: [], cut: false });
    const last = free.at(-1)!;
    expect(await generate(prompt, 1, last, 10)).toEqual({ ids: free.slice(0, free.indexOf(last)), cut: false });
  });

  it('is cut at the number of new tokens that is asked for, wherever the end token would come', async () => {
    const prompt = Int32Array.of(5, 6, 7);
    expect((await generate(prompt, 1)).ids).toHaveLength(MAX_NEW_TOKENS);
    const { ids: free } = await generate(prompt, 1, undefined, 10);
    for (const maxNew of [0, 1, 2])
      expect(await generate(prompt, 1, undefined, maxNew)).toEqual({ ids: free.slice(0, maxNew), cut: true });
    const end = free.findIndex((id, place) => place > 0 && !free.slice(0, place).includes(id));
    expect(await generate(prompt, 1, free[end], end)).toEqual({ ids: free.slice(0, end), cut: true });
    expect(await generate(prompt, 1, free[end], end + 1)).toEqual({ ids: free.slice(0, end), cut: false });
  });

  it('is cut where the backbone has no more positions', async () => {
    for (const room of [1, 2, 5]) {
      const prompt = Int32Array.from({ length: maxPositions - room }, (_, i) => (i * 13) % vocabSize);
      const { ids, cut } = await generate(prompt, 4, undefined, 20);
      expect([ids.length, cut]).toEqual([room, true]);
    }
  });
});

describe('logits', () => {
  it('of rows with many branches over a large vocabulary are made in parts, without a change of the scores', async () => {
    const dir = writeSmallBackbone(temporaryFolder(), { vocab: 2 ** 20, hidden: 2, heads: 1, layers: 1 });
    const wide = new Predictor(await openBackbone(dir));
    const prefix = await wide.cachePrefix(Int32Array.of(1), new Float32Array(0));
    // Each row asks for 1 + 13 · 2 logits, more than one run may make.
    const branches = Array.from({ length: 13 }, (_, n) => Int32Array.of(n, 70_000 + n, 900_000));
    const rows = [2, 3].map((id): BranchedRow => ({ ids: Int32Array.of(id), position: 1, branches }));
    const run = vi.spyOn(Session.prototype, 'runKeeping');
    const together = await wide.score(prefix, rows);
    const queries = run.mock.calls.map(([feeds]) => feeds.query_tokens!.dims[0]!);
    run.mockRestore();
    expect(Math.max(...queries)).toBeLessThanOrEqual(16);
    for (const [n, row] of rows.entries()) {
      expect(together[n]).toHaveLength(branches.length);
      for (const branch of [0, 6, 12]) {
        const [[alone]] = (await wide.score(prefix, [{ ...row, branches: [branches[branch]!] }])) as [[Float32Array]];
        expect(largestDifference(together[n]![branch]!, alone)).toBeLessThan(1e-5);
      }
    }
    await wide.release();
  });
});

describe('prefixes', () => {
  it('that many others have followed are computed again, and answer as before', async () => {
    const own = new Predictor(backbone);
    const none = new Float32Array(0);
    const row: BranchedRow = { ids: Int32Array.of(9), position: 2, branches: [] };
    const first = await own.cachePrefix(Int32Array.of(1, 2), none);
    const [before] = await own.logits(first, [row]);
    for (let n = 0; n < 10; n++) await own.cachePrefix(Int32Array.of(3, n), none);
    const [after] = await own.logits(first, [row]);
    expect(largestDifference(after!, before!)).toBe(0);
    await own.release();
  });
});
