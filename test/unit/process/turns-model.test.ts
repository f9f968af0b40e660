import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Cancelled } from '../../../engine/src/process/cancelled.ts';
import { Turns } from '../../../engine/src/process/turns.ts';
import type { Urgency } from '../../../protocol/src/predicting.ts';

const RANK = { hover: 0, visible: 1, background: 2 } as const;

/** A piece of work in some parts, each of which lasts until the test ends it. */
interface Work {
  readonly urgency: Urgency;
  readonly withdrawn: AbortController;
  state: 'waits' | 'is at it' | 'has ended';
  /** How it has ended. */
  end: 'done' | 'failed' | 'cancelled' | undefined;
}

class Device {
  readonly all: Work[] = [];
  readonly #turns = new Turns();
  #endPart: ((fails: boolean) => void) | undefined;

  start(urgency: Urgency, parts: number): void {
    const work: Work = { urgency, withdrawn: new AbortController(), state: 'waits', end: undefined };
    this.all.push(work);
    const taken = this.#turns.take(urgency, work.withdrawn.signal, async ({ pass }) => {
      for (let part = 0; part < parts; part++) {
        if (part > 0) {
          work.state = 'waits';
          await pass();
        }
        work.state = 'is at it';
        await new Promise<void>((resolve, reject) => {
          this.#endPart = (fails) => (fails ? reject(new Error('failed')) : resolve());
        });
      }
    });
    const ended = (end: Work['end']) => {
      work.state = 'has ended';
      work.end = end;
    };
    taken.then(
      () => ended('done'),
      (error: unknown) => ended(error instanceof Cancelled ? 'cancelled' : 'failed'),
    );
  }

  endPart(fails = false): void {
    const end = this.#endPart;
    this.#endPart = undefined;
    end?.(fails);
  }

  check(): void {
    const open = this.all.filter(({ state }) => state !== 'has ended');
    const atWork = open.filter(({ state }) => state === 'is at it');
    expect(atWork).toHaveLength(Math.min(open.length, 1));
    // What waits and has been withdrawn has ended.
    expect(open.filter(({ state, withdrawn }) => state === 'waits' && withdrawn.signal.aborted)).toEqual([]);
    for (const { end, withdrawn } of this.all) if (end === 'cancelled') expect(withdrawn.signal.aborted).toBe(true);
  }
}

type Step = fc.AsyncCommand<object, Device>;

function step(name: string, take: (device: Device) => unknown): Step {
  return {
    check: () => true,
    run: async (_, device) => {
      await take(device);
      for (let n = 0; n < 3; n++) await setImmediate();
      device.check();
    },
    toString: () => name,
  };
}

const steps = fc.commands(
  [
    fc
      .tuple(fc.constantFrom<Urgency>('hover', 'visible', 'background'), fc.integer({ min: 1, max: 3 }))
      .map(([urgency, parts]) => step(`${urgency} ${parts}`, (device) => device.start(urgency, parts))),
    fc.boolean().map((fails) =>
      step(fails ? 'part fails' : 'part ends', async (device) => {
        const waiting = device.all.filter(({ state }) => state === 'waits');
        device.endPart(fails);
        for (let n = 0; n < 3; n++) await setImmediate();
        const [now] = device.all.filter(({ state }) => state === 'is at it');
        for (const { urgency } of waiting) expect(RANK[now!.urgency]).toBeLessThanOrEqual(RANK[urgency]);
      }),
    ),
    fc.nat(8).map((nth) => step(`${nth} is withdrawn`, ({ all }) => all[nth]?.withdrawn.abort())),
  ],
  { maxCommands: 30 },
);

it('one is at work at a time, the most urgent next, what is withdrawn ends, and nothing waits without end', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const device = new Device();
      await fc.asyncModelRun(() => ({ model: {}, real: device }), all);
      for (let n = 0; n < 3 * device.all.length; n++) {
        device.endPart();
        await setImmediate();
        await setImmediate();
      }
      expect(device.all.filter(({ end }) => end === undefined)).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
