import { describe, expect, it } from 'vitest';
import type { BranchedRow } from '../../../engine/src/data/packed-rows.ts';
import { HeldPast, type Past, PRESENT, RoomyPast, slotsAtMost } from '../../../engine/src/predict/past.ts';
import { type Feed, float32 } from '../../../engine/src/runtime/tensor.ts';

const HEADS = 2;
const SIZE = 3;
const prefix = { prefix_key_0: float32(new Float32Array(HEADS * 4 * SIZE), [HEADS, 4, SIZE]) };

const row = (position: number, ...ids: number[]): BranchedRow => ({
  ids: Int32Array.from(ids),
  position,
  branches: [],
});

/** Keys of each head, row and slot; those of a token are head, token and place, and a slot without a token has zeros. */
function keysOf(rows: readonly BranchedRow[]): Feed {
  const slots = Math.max(...rows.map(({ ids }) => ids.length));
  const keys = Array.from({ length: HEADS }, (_, head) =>
    rows.map(({ ids, position }) =>
      Array.from({ length: slots }, (_, i) => (i < ids.length ? [head, ids[i]!, position + i] : [0, 0, 0])),
    ),
  );
  return float32(Float32Array.from(keys.flat(3)), [HEADS, rows.length, slots, SIZE]);
}

/** What each row sees, by head: its keys, which say head, token and place, and the places that stand for them. */
function seen({ rows, cache, length }: Past) {
  const { data, dims } = cache.past_key_0 as { data: Float32Array; dims: readonly number[] };
  expect(dims).toEqual([HEADS, rows.length, length, SIZE]);
  return rows.map(({ visible, places }, n) =>
    Array.from({ length: HEADS }, (_, head) =>
      [...visible.keys()]
        .filter((at) => visible[at])
        .map((at) => {
          const start = ((head * rows.length + n) * length + at) * SIZE;
          const [of, token, place] = data.subarray(start, start + SIZE);
          expect([of, place]).toEqual([head, places[at]]);
          return token;
        }),
    ),
  );
}

describe('a past with room', () => {
  it.each([
    [5, 64],
    [97, 64],
    [32, 0],
    [200, 300],
  ])(
    'is in memory for as many tokens of a row as is reckoned, with %i at once and %i one by one',
    (atOnce, oneByOne) => {
      const past = new RoomyPast(prefix, 1);
      let most = 0;
      for (let taken = 0; taken <= oneByOne; taken++) {
        const rows = [row(0, ...new Array<number>(taken === 0 ? atOnce : 1).fill(1))];
        const before = past.length;
        past.extend(rows, { [`${PRESENT}key_0`]: keysOf(rows) });
        const both = past.length === before ? before : before + past.length;
        most = Math.max(most, rows[0]!.ids.length + both);
      }
      expect(slotsAtMost(atOnce, oneByOne)).toBe(most);
    },
  );

  it('shows each row its own tokens, in all heads, and none of its room', () => {
    const past = new RoomyPast(prefix, 2);
    expect(seen(past)).toEqual([
      [[], []],
      [[], []],
    ]);
    const first = [row(4, 7, 8, 9), row(4, 5)];
    past.extend(first, { [`${PRESENT}key_0`]: keysOf(first) });
    const second = [row(7, 1), row(5, 2)];
    past.extend(second, { [`${PRESENT}key_0`]: keysOf(second) });
    expect(seen(past)).toEqual([
      [
        [7, 8, 9, 1],
        [7, 8, 9, 1],
      ],
      [
        [5, 2],
        [5, 2],
      ],
    ]);
  });

  it('keeps all of them as it grows, and its memory as long as there is room', () => {
    const past = new RoomyPast(prefix, 1);
    const tokens = Array.from({ length: 200 }, (_, i) => i + 1);
    const caches = new Set<unknown>();
    for (const [i, token] of tokens.entries()) {
      const rows = [row(4 + i, token)];
      past.extend(rows, { [`${PRESENT}key_0`]: keysOf(rows) });
      caches.add(past.cache.past_key_0);
    }
    expect(seen(past)).toEqual([[tokens, tokens]]);
    expect(caches.size).toBeLessThan(10);
  });

  it('goes on with some of its rows, as they were', () => {
    const past = new RoomyPast(prefix, 3);
    const first = [row(4, 7, 8, 9), row(4, 5), row(4, 3, 6)];
    past.extend(first, { [`${PRESENT}key_0`]: keysOf(first) });
    expect(past.keepRows([0, 2])).toBe(true);
    const second = [row(7, 1), row(6, 2)];
    past.extend(second, { [`${PRESENT}key_0`]: keysOf(second) });
    expect(past.keepRows([1])).toBe(true);
    expect(seen(past)).toEqual([
      [
        [3, 6, 2],
        [3, 6, 2],
      ],
    ]);
  });

  it('takes more at once than it has room for', () => {
    const past = new RoomyPast(prefix, 1);
    const rows = [row(4, ...Array.from({ length: 100 }, (_, i) => i + 1))];
    past.extend(rows, { [`${PRESENT}key_0`]: keysOf(rows) });
    expect(seen(past)[0]![0]).toHaveLength(100);
  });
});

it('a past that stays where it is computed lets go of the one before', () => {
  const past = new HeldPast(prefix, 1);
  expect(seen(past)).toEqual([[[], []]]);
  const disposed: string[] = [];
  const held = (name: string, length: number): Feed => ({
    type: 'held',
    dims: [HEADS, 1, length, SIZE],
    tensor: { dispose: () => disposed.push(name) },
  });
  past.extend([row(4, 7, 8)], { [`${PRESENT}key_0`]: held('first', 3) });
  expect(past).toMatchObject({ length: 3, asks: 'all' });
  past.extend([row(6, 9)], { [`${PRESENT}key_0`]: held('second', 4) });
  expect(disposed).toEqual(['first']);
  expect([...past.rows[0]!.visible]).toEqual([0, 1, 1, 1]);
  expect(past.keepRows()).toBe(false);
  past.release();
  expect(disposed).toEqual(['first', 'second']);
});
