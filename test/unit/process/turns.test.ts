import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../../engine/src/process/cancelled.ts';
import { Turns } from '../../../engine/src/process/turns.ts';
import type { Urgency } from '../../../protocol/src/predicting.ts';

const never = new AbortController().signal;

/** Pieces of work that say when each of their parts is done. */
function workers() {
  const turns = new Turns();
  const told: string[] = [];
  const start = (name: string, urgency: Urgency, parts: number, signal = never) =>
    turns.take(urgency, signal, async (turn) => {
      for (let part = 1; part <= parts; part++) {
        if (part > 1) await turn.pass();
        told.push(`${name}${part}`);
      }
    });
  return { turns, told, start };
}

describe('work that takes turns', () => {
  it('is done one after the other, the most urgent first', async () => {
    const { told, start } = workers();
    await Promise.all([
      start('a', 'visible', 1),
      start('b', 'background', 1),
      start('c', 'visible', 1),
      start('d', 'hover', 1),
    ]);
    // The first one came when nothing else was there.
    expect(told).toEqual(['a1', 'd1', 'c1', 'b1']);
  });

  it('is overtaken between two parts by what is as urgent, or more', async () => {
    const { told, start } = workers();
    await Promise.all([
      start('long', 'visible', 3),
      start('hover', 'hover', 2),
      start('other', 'visible', 1),
      start('low', 'background', 1),
    ]);
    expect(told).toEqual(['long1', 'hover1', 'hover2', 'other1', 'long2', 'long3', 'low1']);
  });

  it('goes on by turns with what is in the background, too', async () => {
    const { told, start } = workers();
    await Promise.all([start('a', 'background', 3), start('b', 'background', 2)]);
    expect(told).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('goes after what came into view later, which does not wait for all that was scrolled past', async () => {
    const { told, start } = workers();
    await Promise.all([start('page1', 'visible', 2), start('page2', 'visible', 2), start('page3', 'visible', 2)]);
    expect(told.map((part) => part.slice(4))).toEqual(['11', '31', '32', '21', '22', '12']);
  });

  it('is given up while others go first, who keep the turn', async () => {
    const { turns, told, start } = workers();
    const withdrawn = new AbortController();
    const long = start('long', 'background', 2, withdrawn.signal);
    const first = turns.take('hover', never, async (turn) => {
      told.push('first1');
      withdrawn.abort();
      await turn.pass();
      told.push('first2');
    });
    const next = start('next', 'background', 1);
    await expect(long).rejects.toThrow(Cancelled);
    await Promise.all([first, next]);
    expect(told).toEqual(['long1', 'first1', 'first2', 'next1']);
  });

  it('is given up between two parts, and while it waits', async () => {
    const { turns, told, start } = workers();
    const first = new AbortController();
    const second = new AbortController();
    const long = start('long', 'background', 3, first.signal);
    const waiting = start('waiting', 'hover', 1, second.signal);
    second.abort();
    await expect(waiting).rejects.toThrow(Cancelled);
    first.abort();
    await expect(long).rejects.toThrow(Cancelled);
    await expect(start('late', 'hover', 1, first.signal)).rejects.toThrow(Cancelled);
    await start('next', 'background', 1);
    expect(told).toEqual(['long1', 'next1']);
    expect(await turns.take('hover', never, async () => 'free')).toBe('free');
  });

  it('leaves its turn to the next when it fails', async () => {
    const { turns, told, start } = workers();
    const fails = turns.take('hover', never, () => Promise.reject(new Error('no')));
    const next = start('next', 'background', 1);
    await expect(fails).rejects.toThrow('no');
    await next;
    expect(told).toEqual(['next1']);
  });
});
