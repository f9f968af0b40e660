import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EngineDied, EngineError } from '../../../client/src/engine/engine-error.ts';
import { CANCEL_LIMIT_MS, RunQueue, type RunRequest, type WindowRun } from '../../../client/src/runs/run-queue.ts';
import { RunsNote, takeRunsLeft } from '../../../client/src/runs/runs-left.ts';
import type { StopTrainingParams, TrainingParams, TrainResult } from '../../../protocol/src/training.ts';

/*
 * Windows of one workspace, one after the other, that are reloaded, closed and die while runs are asked for, stopped, end, fail
 * and are killed. Whatever happens, no two runs train at once, each ends once, and none that the user has not stopped is lost.
 */

type How = StopTrainingParams['how'];

/** A training process that does what it is told, when it is told to. */
class FakeProcess {
  isAlive = true;
  readonly result: Promise<TrainResult>;
  readonly dir: string;
  readonly #listener: (training: TrainingParams) => void;
  #stop: How | undefined;
  #resolve!: (result: TrainResult) => void;
  #reject!: (error: Error) => void;

  constructor({ run, file }: RunRequest, listener: (training: TrainingParams) => void) {
    this.dir = run ?? `/runs/${file}`;
    this.#listener = listener;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  stop(how: How): void {
    this.#stop = how;
  }

  kill(): void {
    if (this.isAlive) this.fail(new EngineDied('SIGKILL', []));
  }

  begin(): void {
    const events = [{ event: 'start', run: this.dir, device: 'cpu' }];
    this.#listener({ token: '', progress: {}, events } as never);
  }

  end(): void {
    this.isAlive = false;
    const outcome = this.#stop === undefined ? 'done' : this.#stop === 'pause' ? 'paused' : 'cancelled';
    this.#resolve({ outcome, run: this.dir, step: 1, promptTable: '', stoppedEarly: false, tasks: [] } as TrainResult);
  }

  fail(error: Error): void {
    this.isAlive = false;
    this.#reject(error);
  }
}

class Window {
  readonly pid: number;
  isClosed = false;
  readonly queue: RunQueue;
  readonly note: RunsNote;
  /** How often each run has ended. */
  readonly ends = new Map<number, number>();
  /** Those that the user is asked about. */
  readonly asked: RunRequest[] = [];
  readonly answered: (() => void)[] = [];
  /** What the best prompts of killed runs are kept by; each ends when it is called. */
  readonly keeping: (() => void)[] = [];
  readonly #processes: FakeProcess[] = [];

  constructor(folder: string, pid: number, ended: (run: WindowRun) => void) {
    this.pid = pid;
    this.queue = new RunQueue(
      (request, listener) => {
        const process = new FakeProcess(request, listener);
        this.#processes.push(process);
        return process;
      },
      () => new Promise((resolve) => this.keeping.push(() => resolve(1))),
    );
    this.note = new RunsNote(folder, String(pid), 'workspace', pid);
    this.queue.listen((run) => {
      this.note.keep(this.queue.open);
      if (run.end === undefined) return;
      this.ends.set(run.id, (this.ends.get(run.id) ?? 0) + 1);
      ended(run);
    });
  }

  get atWork(): FakeProcess[] {
    return this.#processes.filter(({ isAlive }) => isAlive);
  }
}

/** What the user sees of all windows, and what must come of it. */
class User {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'ptask-'));
  #windows = 0;
  #files = 0;
  #now = 1_000_000;
  #living: Window[] = [];
  window!: Window;
  /** Task files of the runs that are to go on or to begin, in order. */
  wanted: string[] = [];
  asked: string[] = [];

  async open(): Promise<void> {
    const window = this.#begin();
    await this.#takeOver(window);
  }

  add(): void {
    const file = `${++this.#files}`;
    this.wanted.push(file);
    this.window.queue.add({ file, tasknames: [], resume: false, device: 'auto' });
  }

  answer(resume: boolean): void {
    const { asked, answered, queue } = this.window;
    for (const request of resume ? asked : []) {
      this.wanted.push(request.file);
      queue.add(request);
    }
    for (const forget of answered.splice(0)) forget();
    asked.length = 0;
    this.asked = [];
  }

  /**
   * The window goes, and another one comes.
   * @param how that is: the new one begins while the old one is yet to close, after that, or when it has died
   * @param later whether more than a minute passes
   */
  async reopen(how: 'overlapping' | 'after' | 'died', later: boolean): Promise<void> {
    const old = this.window;
    old.isClosed = true;
    const left = old.queue.open.flatMap(({ phase, request }) => (GOES_ON.has(phase) ? [request.file] : []));
    const goesOn = how !== 'died' && !later;
    this.wanted = goesOn ? left : [];
    this.asked = goesOn ? this.asked : [...this.asked, ...left];

    const next = how === 'overlapping' ? this.#begin() : undefined;
    const taking = next && this.#takeOver(next);
    if (how !== 'died') {
      old.note.close(this.#now);
      old.queue.close();
      for (const process of old.atWork) {
        process.stop('pause');
        process.end();
      }
      await setImmediate();
      expect(old.atWork).toEqual([]);
    }
    this.#now += later ? 100_000 : 2000;
    this.#living = this.#living.filter((window) => window !== old);
    await (taking ?? this.open());
  }

  check(): void {
    const { queue, atWork, keeping, ends, asked } = this.window;
    expect(queue.open.map(({ request }) => request.file)).toEqual(this.wanted);
    expect(asked.map(({ file }) => file)).toEqual(this.asked);
    expect(atWork.length + keeping.length).toBe(Math.min(queue.open.length, 1));
    expect(queue.open.slice(1).every(({ phase }) => phase === 'waiting')).toBe(true);
    expect([...ends.values()].every((times) => times === 1)).toBe(true);
  }

  #begin(): Window {
    const window: Window = new Window(this.folder, ++this.#windows, ({ request }) => {
      // What becomes of its runs when it has closed is nothing that the user did.
      if (!window.isClosed) this.wanted = this.wanted.filter((file) => file !== request.file);
    });
    this.#living.push(window);
    this.window = window;
    return window;
  }

  async #takeOver(window: Window): Promise<void> {
    const take: Parameters<typeof takeRunsLeft>[1] = ({ recent, old }) => {
      for (const request of recent) window.queue.add(request);
      window.asked.push(...old);
      window.answered.push(window.note.keepOffered(old));
    };
    await takeRunsLeft(this.folder, take, {
      workspace: 'workspace',
      holds: () => false,
      now: () => this.#now,
      isAlive: (pid) => this.#living.some((other) => other.pid === pid),
      wait: () => setImmediate(),
    });
  }
}

/** A run in another phase was being stopped by its user. */
const GOES_ON = new Set(['waiting', 'starting', 'training']);

type Step = fc.AsyncCommand<object, User>;

function step(name: string, take: (user: User) => unknown): Step {
  return {
    check: () => true,
    run: async (_, user) => {
      await take(user);
      await setImmediate();
      user.check();
    },
    toString: () => name,
  };
}

const always = (name: string, take: (user: User) => unknown) => fc.constant(step(name, take));
const steps = fc.commands(
  [
    always('add', (user) => user.add()),
    always('add', (user) => user.add()),
    fc
      .tuple(fc.nat(3), fc.constantFrom<How>('pause', 'cancel'))
      .map(([nth, how]) =>
        step(`${how} ${nth}`, ({ window: { queue } }) => queue.open[nth] && queue.stop(queue.open[nth].id, how)),
      ),
    always('begin', ({ window }) => window.atWork[0]?.begin()),
    always('end', ({ window }) => window.atWork[0]?.end()),
    always('die', ({ window }) => window.atWork[0]?.kill()),
    fc
      .constantFrom('cancelled' as const, 'input' as const)
      .map((kind) => step(kind, ({ window }) => window.atWork[0]?.fail(new EngineError('', kind)))),
    always('time passes', () => vi.advanceTimersByTime(CANCEL_LIMIT_MS + 1)),
    always('best prompt is kept', ({ window }) => window.keeping.shift()?.()),
    fc.boolean().map((resume) => step(resume ? 'resume' : 'dismiss', (user) => user.answer(resume))),
    fc
      .tuple(fc.constantFrom('overlapping', 'after', 'died'), fc.boolean())
      .map(([how, later]) => step(`${how}${later ? ', later' : ''}`, (user) => user.reopen(how, later))),
  ],
  { maxCommands: 30 },
);

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

it('runs go on one at a time, each to one end, and from window to window', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const user = new User();
      try {
        await user.open();
        await fc.asyncModelRun(() => ({ model: {}, real: user }), all);
        await user.reopen('after', true);
        user.answer(false);
        expect(readdirSync(user.folder)).toEqual([]);
      } finally {
        rmSync(user.folder, { recursive: true });
      }
    }),
    { numRuns: 150 },
  );
});
