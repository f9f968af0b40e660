import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { FetchMeter } from '../../../engine/src/hub/fetch-meter.ts';

/** A meter of a model of 1000 bytes that tells four states a second, by a clock that stands still until it is moved. */
function metered() {
  let time = 0;
  const meter = new FetchMeter(1000, 250, () => time);
  return {
    meter,
    /** The state once so many bytes are there, `ms` after the last one. */
    later: (ms: number, present: number) => {
      time += ms;
      return meter.take({ present });
    },
  };
}

describe('the meter of a fetch', () => {
  it('tells a state now and then, and always the last one', () => {
    const { later } = metered();
    expect(later(0, 0)).toMatchObject({ present: 0, bytes: 1000 });
    expect(later(249, 100)).toBeUndefined();
    expect(later(1, 110)).toMatchObject({ present: 110 });
    expect(later(1, 120)).toBeUndefined();
    expect(later(1, 1000)).toMatchObject({ present: 1000, secondsLeft: 0 });
  });

  it('tells bytes a second and the time that is left, of a fetch that goes on from where it was, too', () => {
    const { later } = metered();
    expect(later(0, 500)).toMatchObject({ bytesPerSecond: undefined, secondsLeft: undefined });
    expect(later(2000, 600)).toMatchObject({ bytesPerSecond: 50, secondsLeft: 8 });
  });

  it('takes the pace anew where a content was wrong and is fetched again', () => {
    const { later } = metered();
    later(0, 0);
    later(1000, 900);
    expect(later(1000, 100)).toMatchObject({ present: 100, bytesPerSecond: undefined });
    expect(later(1000, 200)).toMatchObject({ bytesPerSecond: 100, secondsLeft: 8 });
  });

  it('tells at once what it waits for: another try, or another process', () => {
    const { meter } = metered();
    const lock = '/cache/ptask.lock';
    const told = [
      { problem: 'the hub is busy', seconds: 1.2 },
      { holder: { pid: 7, host: hostname() }, lock },
      { holder: { pid: 7, host: 'a container' }, lock },
      { holder: undefined, lock },
    ].map((waiting) => meter.take({ present: 10, waiting })?.waiting);
    expect(told).toEqual([
      'the hub is busy; trying again in 2 s',
      'process 7 is fetching it; waiting for its end',
      `process 7 on a container is fetching it; waiting for its end (if it has ended, delete ${lock})`,
      `another process is fetching it; waiting for its end (if it has ended, delete ${lock})`,
    ]);
  });
});
