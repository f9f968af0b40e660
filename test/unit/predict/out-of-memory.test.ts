import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BranchedRow } from '../../../engine/src/data/packed-rows.ts';
import { Predictor } from '../../../engine/src/predict/predictor.ts';
import { Session } from '../../../engine/src/runtime/session.ts';
import { OUT_OF_MEMORY, roomFor as roomForRows } from '../train/room-for-rows.ts';
import { goldenBackbone, largestDifference, someVirtual } from '../train/small-backbone.ts';

const backbone = await goldenBackbone();
const { hidden, vocabSize } = backbone.model.config;
const virtual = someVirtual(2, hidden);
const front = Int32Array.of(-1, -2, 3);
const rows = Array.from({ length: 8 }, (_, n): BranchedRow => {
  const ids = Int32Array.from({ length: 2 + n }, (_, i) => (11 * i + n) % vocabSize);
  return { ids, position: front.length, branches: [Int32Array.of(5, n), Int32Array.of(7)] };
});

const roomFor = (rows: number, message?: string) => roomForRows(rows, () => true, message);
afterEach(() => vi.restoreAllMocks());

const ASKED = {
  score: async (predictor: Predictor) => {
    const prefix = await predictor.cachePrefix(front, virtual);
    return (await predictor.score(prefix, rows)).flat();
  },
  logits: async (predictor: Predictor) => predictor.logits(await predictor.cachePrefix(front, virtual), rows),
  generate: async (predictor: Predictor) => {
    const prefix = await predictor.cachePrefix(front, virtual);
    const texts = await predictor.generate(prefix, rows, undefined, 1);
    return texts.map(({ ids }) => Float32Array.from(ids));
  },
};

describe('a prediction that runs out of memory', () => {
  it.each(Object.entries(ASKED))('is made once more with half the rows at once, and says so: %s', async (_, ask) => {
    const notices: string[] = [];
    const predictor = new Predictor(backbone, { notice: (text) => notices.push(text) });
    const undisturbed = await ask(predictor);
    const seen = roomFor(4);
    const results = await ask(predictor);
    expect(seen.rowsARun).toEqual([8, 4, 4]);
    expect(notices).toEqual([
      'memory ran out with 8 rows at once; from here on it is 4 rows at once, with the same result',
    ]);
    expect(results).toHaveLength(undisturbed.length);
    results.forEach((numbers, i) => {
      expect(largestDifference(numbers, undisturbed[i]!)).toBeLessThan(1e-5);
    });
    // Nothing is tried again that has failed.
    await ask(predictor);
    expect(seen.rowsARun).toEqual([8, 4, 4, 4, 4]);
    expect(notices).toHaveLength(1);
    await predictor.release();
  });

  it('goes on with the keys and values of its prefix, which were let go, made again', async () => {
    const predictor = new Predictor(backbone);
    const prefix = await predictor.cachePrefix(front, virtual);
    const undisturbed = await predictor.logits(prefix, rows.slice(0, 2));
    roomFor(1);
    const results = await predictor.logits(prefix, rows.slice(0, 2));
    expect(largestDifference(results[1]!, undisturbed[1]!)).toBeLessThan(1e-5);
    await predictor.release();
  });

  it('fails where half is too much, too, or a single row is', async () => {
    const predictor = new Predictor(backbone);
    const seen = roomFor(1);
    await expect(ASKED.score(predictor)).rejects.toThrow('Failed to allocate memory');
    expect(seen.rowsARun).toEqual([8, 4]);
    vi.restoreAllMocks();
    roomFor(0);
    const prefix = await predictor.cachePrefix(front, virtual);
    await expect(predictor.score(prefix, rows.slice(0, 1))).rejects.toThrow('Failed to allocate memory');
    await predictor.release();
  });

  it('is not confused with other failures', async () => {
    const predictor = new Predictor(backbone);
    const seen = roomFor(4, 'The device was lost');
    await expect(ASKED.score(predictor)).rejects.toThrow('lost');
    expect(seen.rowsARun).toEqual([8]);
    await predictor.release();
  });

  it('is made after all where a session could not be made the first time', async () => {
    const predictor = new Predictor(backbone);
    vi.spyOn(Session, 'create').mockRejectedValueOnce(new Error(OUT_OF_MEMORY));
    await expect(ASKED.score(predictor)).rejects.toThrow('Failed to allocate memory');
    expect(await ASKED.score(predictor)).toHaveLength(16);
    await predictor.release();
  });

  it('makes two that were asked at once one after the other', async () => {
    const predictor = new Predictor(backbone);
    const [first, second] = [await ASKED.score(predictor), await ASKED.logits(predictor)];
    roomFor(4);
    const [scores, logits] = await Promise.all([ASKED.score(predictor), ASKED.logits(predictor)]);
    expect(largestDifference(scores[15]!, first[15]!)).toBeLessThan(1e-5);
    expect(largestDifference(logits[7]!, second[7]!)).toBeLessThan(1e-5);
    await predictor.release();
  });
});
