import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { InputError } from '../../../engine/src/errors.ts';
import { listRuns, runMetrics } from '../../../engine/src/train/run-list.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { HAS_LINKS } from '../has-links.ts';
import { recordOf, runs, trainProject, withFixedDate, writeProject } from './small-project.ts';

withFixedDate();

const folder = temporaryFolder();
let folders = 0;

/** A folder with a run whose files hold these texts. */
function writeRun(record: string, metrics = ''): { folder: string; dir: string } {
  const parent = path.join(folder, `f${folders++}`);
  const dir = path.join(parent, '.ptask/runs/20260101-120000-mood');
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'run.json'), record);
  writeFileSync(path.join(dir, 'metrics.jsonl'), metrics);
  return { folder: parent, dir };
}

const record = (keys: object = {}) => JSON.stringify({ tasks: ['mood'], state: 'done', created: '2026', ...keys });

describe('the runs of a folder', () => {
  it('are listed with their state, losses and metrics', async () => {
    const file = writeProject();
    await trainProject(file);
    const [run, ...others] = await listRuns([path.dirname(file)]);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      dir: runs(file)[0],
      taskFile: file,
      tasknames: ['mood'],
      state: 'done',
      device: 'cpu',
      trainRows: 10,
      validationRows: 5,
      step: 6,
      steps: 6,
      epoch: 2,
      epochs: 2,
      best: { accuracy: { mood: expect.any(Number) } },
    });
    expect(run!.best!.validationLoss).toBeGreaterThan(0);
  });

  it('are listed as each says of itself, whose steps are all read, however it was ended', async () => {
    const numbers = fc.record({
      loss: fc.double({ noNaN: true, min: 0, max: 9 }),
      isEpoch: fc.boolean(),
      best: fc.boolean(),
    });
    const cut = fc.nat({ max: 60 });
    await fc.assert(
      fc.asyncProperty(fc.array(numbers, { maxLength: 40 }), cut, async (told, cut) => {
        const lines = told.map(({ loss, isEpoch, best }, place) =>
          JSON.stringify(
            isEpoch && place % 3 === 2
              ? { event: 'epoch', epoch: place, train_loss: loss, validation_loss: loss, validation: {}, best }
              : { event: 'step', step: place + 1, epoch: 1, loss, lr: 1 },
          ),
        );
        const text = lines.map((line) => `${line}\n`).join('');
        const { folder, dir } = writeRun(record(), text.slice(0, text.length - cut));
        expect(await listRuns([folder])).toEqual([(await runMetrics(dir, 1)).run]);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['/elsewhere/news.ptask.json', 'C:\\elsewhere\\news.ptask.json'])(
    'are of the task file beside them, where they were moved since it was %s',
    async (task_file) => {
      const { folder } = writeRun(record({ task_file }));
      expect(await listRuns([folder])).toMatchObject([{ taskFile: path.join(folder, 'news.ptask.json') }]);
    },
  );

  it('are listed with what was measured of generated answers', async () => {
    const validation = {
      a: { rows: 4, loss: 1, accuracy: 0, slot_f1: 0.5 },
      b: { rows: 4, loss: 1, word_f1: 0.25, macro_f1: 0.75 },
    };
    const epoch = { event: 'epoch', epoch: 1, train_loss: 1, validation_loss: 1, validation, best: true };
    const { folder } = writeRun(record({ tasks: ['a', 'b'] }), `${JSON.stringify(epoch)}\n`);
    expect((await listRuns([folder]))[0]!.best).toMatchObject({
      accuracy: { a: 0 },
      macroF1: { b: 0.75 },
      slotF1: { a: 0.5 },
      wordF1: { b: 0.25 },
    });
  });

  it('are the newest first', async () => {
    const file = writeProject();
    await trainProject(file, { stopAfter: 1 });
    await trainProject(file, { stopAfter: 2 });
    const listed = await listRuns([path.dirname(file)]);
    expect(listed).toHaveLength(2);
    expect(listed.map(({ created }) => created)).toEqual(
      listed
        .map(({ created }) => created)
        .sort()
        .reverse(),
    );
    expect(listed.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  it.runIf(HAS_LINKS)('are read from files alone, and not through links', async () => {
    const { folder, dir } = writeRun(record(), '{"event":"step","step":1,"epoch":1,"loss":1,"lr":1}\n');
    const numbers = path.join(dir, 'metrics.jsonl');
    renameSync(numbers, path.join(folder, 'elsewhere.jsonl'));
    symlinkSync(path.join(folder, 'elsewhere.jsonl'), numbers);
    expect(await listRuns([folder])).toMatchObject([{ dir, step: 0 }]);
    rmSync(path.join(dir, 'run.json'));
    // All of it would be read, which never ends.
    symlinkSync('/dev/zero', path.join(dir, 'run.json'));
    expect(await listRuns([folder])).toEqual([]);
  });

  it('are all read where many folders have some, a few at a time', async () => {
    const folders = Array.from({ length: 30 }, () => {
      const { folder, dir } = writeRun(record(), '{"event":"step","step":3,"epoch":1,"loss":1,"lr":1}\n');
      return { folder, dir };
    });
    const handle = await open(path.join(folders[0]!.dir, 'run.json'));
    const handles = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    let [now, most] = [0, 0];
    const { stat } = handles;
    // Each is asked for its size once it is open.
    vi.spyOn(handles, 'stat').mockImplementation(function (this: typeof handle) {
      most = Math.max(most, ++now);
      const { close } = this;
      this.close = () => {
        now--;
        return close();
      };
      return stat.call(this);
    } as typeof stat);
    const listed = await listRuns(folders.map(({ folder }) => folder));
    expect(listed.map(({ step }) => step)).toEqual(folders.map(() => 3));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('are none where there is no folder of runs', async () => {
    expect(await listRuns([path.join(folder, 'nothing here')])).toEqual([]);
  });
});

describe('a run that says it is running', () => {
  it('is, where a living process holds it', async () => {
    const { folder, dir } = writeRun(record({ state: 'running' }));
    const lock = { pid: process.ppid, host: hostname(), token: 'x' };
    writeFileSync(path.join(dir, 'run.json.lock'), JSON.stringify(lock));
    expect(await listRuns([folder])).toMatchObject([{ state: 'running', pid: process.ppid }]);
  });

  it('was stopped, where its process was killed', async () => {
    const { folder, dir } = writeRun(record({ state: 'running' }));
    expect(await listRuns([folder])).toMatchObject([{ state: 'stopped' }]);
    writeFileSync(path.join(dir, 'run.json.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), token: 'x' }));
    expect(await listRuns([folder])).toMatchObject([{ state: 'stopped' }]);
  });
});

describe('the metrics of a run', () => {
  it('are its steps and epochs, in order', async () => {
    const file = writeProject();
    await trainProject(file);
    const { run, steps, epochs } = await runMetrics(runs(file)[0]!, 100);
    expect(run.state).toBe(recordOf(file).state);
    expect(steps.map(({ step, epoch }) => [step, epoch])).toEqual([1, 2, 3, 4, 5, 6].map((n) => [n, n < 4 ? 1 : 2]));
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 3],
      [2, 6],
    ]);
  });

  it('are thinned to as many steps as are wanted, the newest among them', async () => {
    const lines = Array.from(
      { length: 10 },
      (_, n) => `{"event":"step","step":${n + 1},"epoch":1,"loss":1,"lr":0.1}\n`,
    );
    const { dir } = writeRun(record(), lines.join(''));
    const given = async (points: number) => (await runMetrics(dir, points)).steps.map(({ step }) => step);
    expect(await given(10)).toHaveLength(10);
    expect(await given(4)).toEqual([3, 5, 8, 10]);
    expect(await given(1)).toEqual([10]);
  });

  it('leave out lines that are none', async () => {
    const lines = [
      '{"event":"step","step":1,"epoch":1,"loss":2,"lr":0.1}',
      '{"event":"step","step":"2"}',
      '[',
      '{"event":"st',
    ];
    const { dir } = writeRun(record(), lines.join('\n'));
    expect((await runMetrics(dir, 9)).steps).toEqual([{ step: 1, epoch: 1, loss: 2, lr: 0.1 }]);
  });

  it('are refused for a folder that is no run', async () => {
    await expect(runMetrics(folder, 9)).rejects.toThrow(InputError);
  });
});

it('a record may hold anything', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.json(),
      fc.dictionary(fc.constantFrom('tasks', 'state', 'created', 'steps', 'task_file'), fc.jsonValue()),
      async (text, keys) => {
        const anything = writeRun(text, text);
        expect(await listRuns([anything.folder])).toEqual([]);
        const changed = writeRun(record(keys), text);
        for (const run of await listRuns([changed.folder])) expect(run.tasknames.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 50 },
  );
});
