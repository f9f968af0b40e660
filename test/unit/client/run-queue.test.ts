import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineDied, EngineError } from '../../../client/src/engine/engine-error.ts';
import {
  CANCEL_LIMIT_MS,
  LET_GO_LIMIT_MS,
  RunQueue,
  type RunRequest,
  type StartTraining,
} from '../../../client/src/runs/run-queue.ts';
import type { TrainingParams, TrainResult } from '../../../protocol/src/training.ts';

const request = (file: string): RunRequest => ({ file, tasknames: [], resume: false, device: 'auto' });

/** Training processes that do what the test says. */
class Processes {
  readonly all: FakeProcess[] = [];
  readonly start: StartTraining = (request, listener) => {
    const process = new FakeProcess(request, listener);
    this.all.push(process);
    return process;
  };
}

class FakeProcess {
  readonly stopped: string[] = [];
  isKilled = false;
  readonly result: Promise<TrainResult>;
  readonly request: RunRequest;
  readonly tell: (training: TrainingParams) => void;
  end!: (result: TrainResult) => void;
  fail!: (error: Error) => void;

  constructor(request: RunRequest, tell: (training: TrainingParams) => void) {
    this.request = request;
    this.tell = tell;
    this.result = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  }

  stop(how: string): void {
    this.stopped.push(how);
  }

  kill(): void {
    this.isKilled = true;
    this.fail(new EngineDied('SIGKILL', []));
  }
}

const done: TrainResult = { outcome: 'done', run: '/w/.ptask/runs/1', promptTable: '', stoppedEarly: false, tasks: [] };

const NOTHING_YET = {
  step: 0,
  steps: 8,
  epoch: 1,
  epochs: 2,
  loss: undefined,
  rowsPerSecond: undefined,
  secondsLeft: undefined,
};

const BEGUN: TrainingParams['events'][number] = {
  event: 'start',
  run: '/w/.ptask/runs/1',
  tasks: ['t'],
  model: 'demo',
  device: 'cpu',
  train_rows: 8,
  validation_rows: 4,
  skipped_rows: {},
  epochs: 2,
  steps: 8,
  from_step: 0,
};

function start() {
  const processes = new Processes();
  const queue = new RunQueue(processes.start);
  return { queue, processes: processes.all, phases: () => queue.open.map(({ phase }) => phase) };
}

describe('runs', () => {
  it('go one after the other, in the order in which they were asked for', async () => {
    const { queue, processes, phases } = start();
    const first = queue.add(request('a'));
    queue.add(request('b'));
    expect(phases()).toEqual(['starting', 'waiting']);
    const ended = queue.ended(first.id);
    const told: string[] = [];
    queue.listen(({ request, phase }) => told.push(`${request.file} ${phase}`));
    processes[0]!.end(done);
    expect(await ended).toEqual(done);
    expect(told).toEqual(['a ended', 'b starting']);
    expect(processes.map((process) => process.request.file)).toEqual(['a', 'b']);
    expect(phases()).toEqual(['starting']);
  });

  it('know how far they are', () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    const progress = { ...NOTHING_YET, step: 3, loss: 0.5 };
    processes[0]!.tell({ token: '', progress, events: [] });
    expect(run).toMatchObject({ phase: 'starting', progress });
  });

  it('know their folder once they have begun', () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    processes[0]!.tell({
      token: '',
      progress: NOTHING_YET,
      events: [BEGUN],
    });
    expect(run).toMatchObject({ phase: 'training', dir: '/w/.ptask/runs/1' });
  });

  it('tell what they do otherwise than asked, with their steps and epochs', () => {
    const { queue, processes } = start();
    queue.add(request('a'));
    const told: unknown[] = [];
    queue.listen((_, news) => told.push(news));
    const notice = { event: 'notice', message: 'memory ran out with 8 rows at once' } as const;
    processes[0]!.tell({ token: '', progress: NOTHING_YET, events: [BEGUN, notice] });
    expect(told).toEqual([{ steps: [], epochs: [], notices: [notice.message] }]);
  });

  it('that begin while they are being paused stay so, and tell nothing once they have ended', async () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    const told: string[] = [];
    queue.listen(({ phase }) => told.push(phase));
    const training = { token: '', progress: NOTHING_YET, events: [BEGUN] };
    queue.stop(run.id, 'pause');
    processes[0]!.tell(training);
    processes[0]!.end({ outcome: 'paused', run: '', step: 0 });
    await queue.ended(run.id);
    processes[0]!.tell(training);
    expect(told).toEqual(['pausing', 'pausing', 'ended']);
  });

  it('leave the queue without having begun, where they wait', async () => {
    const { queue, processes, phases } = start();
    queue.add(request('a'));
    const second = queue.add(request('b'));
    const ended = queue.ended(second.id);
    queue.stop(second.id, 'cancel');
    expect(await ended).toEqual({ outcome: 'withdrawn' });
    expect(phases()).toEqual(['starting']);
    expect(processes.map(({ stopped }) => stopped)).toEqual([[]]);
  });

  it('begin no more once the window closes, whose run is paused', async () => {
    const { queue, processes, phases } = start();
    const ended = queue.ended(queue.add(request('a')).id);
    queue.add(request('b'));
    queue.close();
    processes[0]!.end({ outcome: 'paused', run: '/w/.ptask/runs/1', step: 3 });
    await ended;
    expect(processes).toHaveLength(1);
    expect(phases()).toEqual(['waiting']);
  });

  it('that fail or die let the next one begin', async () => {
    const { queue, processes } = start();
    const ends = ['a', 'b', 'c'].map((file) => queue.ended(queue.add(request(file)).id));
    processes[0]!.fail(new EngineError('no such file', 'input'));
    expect(await ends[0]).toMatchObject({ outcome: 'refused' });
    processes[1]!.fail(new EngineDied('SIGSEGV', ['out of memory']));
    expect(await ends[1]).toMatchObject({ outcome: 'died', error: { how: 'SIGSEGV' } });
    processes[2]!.fail(new Error('?'));
    expect(await ends[2]).toMatchObject({ outcome: 'failed' });
    expect(queue.open).toEqual([]);
  });
});

describe('a run that is cancelled', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is killed when it does not end in time', async () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    const ended = queue.ended(run.id);
    queue.stop(run.id, 'cancel');
    expect(run.phase).toBe('cancelling');
    expect(processes[0]!.stopped).toEqual(['cancel']);
    await vi.advanceTimersByTimeAsync(CANCEL_LIMIT_MS - 1);
    expect(processes[0]!.isKilled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await ended).toEqual({ outcome: 'killed', bestEpoch: undefined });
  });

  it('has time to let go of the model once it has kept its prompt, but not for ever', async () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    const ended = queue.ended(run.id);
    queue.stop(run.id, 'cancel');
    const cancelled = { event: 'cancelled', run: '', step: 1, prompt_table: '', tasks: {} } as const;
    processes[0]!.tell({ token: '', progress: NOTHING_YET, events: [BEGUN, cancelled] });
    await vi.advanceTimersByTimeAsync(LET_GO_LIMIT_MS - 1);
    expect(processes[0]!.isKilled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await ended).outcome).toBe('killed');
  });

  it('has its best prompt kept where it had to be killed, before the next one begins', async () => {
    const processes = new Processes();
    const kept: string[][] = [];
    let keep!: (epoch: number) => void;
    const queue = new RunQueue(processes.start, (...of) => {
      kept.push(of);
      return new Promise((resolve) => (keep = resolve));
    });
    const run = queue.add(request('a'));
    queue.add(request('b'));
    const ended = queue.ended(run.id);
    processes.all[0]!.tell({ token: '', progress: NOTHING_YET, events: [BEGUN] });
    queue.stop(run.id, 'cancel');
    await vi.advanceTimersByTimeAsync(CANCEL_LIMIT_MS);
    expect(kept).toEqual([['a', '/w/.ptask/runs/1']]);
    expect(queue.open.map(({ phase }) => phase)).toEqual(['cancelling', 'waiting']);
    keep(3);
    expect(await ended).toEqual({ outcome: 'killed', bestEpoch: 3 });
    expect(queue.open.map(({ phase }) => phase)).toEqual(['starting']);
  });

  it('has ended, too, where its best prompt could not be kept', async () => {
    const processes = new Processes();
    const queue = new RunQueue(processes.start, () => Promise.reject(new EngineError('the disk is full', 'input')));
    const run = queue.add(request('a'));
    const ended = queue.ended(run.id);
    processes.all[0]!.tell({ token: '', progress: NOTHING_YET, events: [BEGUN] });
    queue.stop(run.id, 'cancel');
    await vi.advanceTimersByTimeAsync(CANCEL_LIMIT_MS);
    expect(await ended).toEqual({ outcome: 'killed', bestEpoch: undefined });
  });

  it('is left alone when it ends, however often it was cancelled', async () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    queue.stop(run.id, 'cancel');
    queue.stop(run.id, 'cancel');
    processes[0]!.end({ outcome: 'cancelled', run: '', step: 1, promptTable: '', tasks: [] });
    await vi.advanceTimersByTimeAsync(CANCEL_LIMIT_MS);
    expect(processes[0]!.isKilled).toBe(false);
  });

  it('stays so when it is paused after that, as by closing its terminal', async () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    const ended = queue.ended(run.id);
    queue.stop(run.id, 'cancel');
    queue.stop(run.id, 'pause');
    expect(run.phase).toBe('cancelling');
    expect(processes[0]!.stopped).toEqual(['cancel']);
    await vi.advanceTimersByTimeAsync(CANCEL_LIMIT_MS);
    expect(await ended).toEqual({ outcome: 'killed', bestEpoch: undefined });
  });

  it('before its process was started is not told as a failure', async () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    const ended = queue.ended(run.id);
    queue.stop(run.id, 'cancel');
    processes[0]!.fail(new EngineError('cancelled', 'cancelled'));
    expect(await ended).toEqual({ outcome: 'withdrawn' });
  });

  it('is waited for where it is paused', async () => {
    const { queue, processes } = start();
    const run = queue.add(request('a'));
    queue.stop(run.id, 'pause');
    await vi.advanceTimersByTimeAsync(10 * CANCEL_LIMIT_MS);
    expect(run.phase).toBe('pausing');
    expect(processes[0]!.isKilled).toBe(false);
  });
});
