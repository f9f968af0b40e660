import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { EvaluatedParams, EvaluateParams } from '../../protocol/src/evaluating.ts';
import type { PlanParams } from '../../protocol/src/planning.ts';
import type { PredictedRow, PredictParams } from '../../protocol/src/predicting.ts';
import { temporaryFolder as folderOfAllTests } from '../unit/engine/temporary-folder.ts';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { Engine, faultOf } from './engine.ts';
import { events, ptask, rowsOf, taskTemplate, writeProject, writeTaskFile } from './ptask.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const dir = folderOfAllTests();
let file: string;
beforeAll(async () => {
  file = await writeProject(dir, { trainer: { max_epochs: 6, batch_size: 8, early_stopping: null } });
  const { code, stderr } = await ptask(['train', file]);
  expect(code, stderr).toBe(0);
});

const TEST_ROWS = rowsOf('kind', 'test');

const askedRows = (changes: Partial<PredictParams> = {}): PredictParams => ({
  token: 'rows',
  file,
  taskname: 'kind',
  rows: TEST_ROWS,
  withUntrained: false,
  urgency: 'visible',
  ...changes,
});

describe('predictions', () => {
  it('are those of the command line, told as soon as they are there', async () => {
    const engine = new Engine('predict');
    const told: PredictedRow[] = [];
    engine.on('predicted', ({ token, from, rows }) => {
      expect(token).toBe('rows');
      expect(from).toBe(told.length);
      told.push(...rows);
    });
    const { prompt, rows } = await engine.request('predict', askedRows());
    expect(prompt).toMatchObject({ state: 'current', trained: { virtualTokens: 4, trainRows: 80 } });
    expect(told).toEqual(rows);
    const input = TEST_ROWS.map((row) => `${JSON.stringify(row)}\n`).join('');
    const { stdout } = await ptask(['predict', file, '--input', '-', '--json'], { input });
    expect(rows.map(({ trained }) => trained!.text)).toEqual(events(stdout).map(({ prediction }) => prediction));
    for (const { expected, trained } of rows) expect(trained!.right).toBe(trained!.text === expected!.label);
  });

  it('of the frozen model are those of the baseline without examples', async () => {
    const { rows } = await new Engine('predict').request('predict', askedRows({ withUntrained: true }));
    const { stdout } = await ptask(['evaluate', file, '--baseline', 'zero', '--json']);
    const accuracy = rows.filter(({ untrained }) => untrained!.right).length / rows.length;
    expect(events(stdout).at(-1)).toMatchObject({ baseline: 'zero', accuracy });
  });

  it('of a stale prompt are marked, as soon as the text in the editor differs', async () => {
    const engine = new Engine('predict');
    const text = await readFile(file, 'utf8');
    const edited = text.replace('{text}: {label}', '{text} is {label}');
    const { prompt, rows } = await engine.request('predict', askedRows({ text: edited }));
    expect(prompt).toMatchObject({ state: 'stale', changed: 'template' });
    for (const { trained, stale } of rows) {
      expect(trained).toBeUndefined();
      expect(stale).toBeDefined();
    }
    const back = await engine.request('predict', askedRows({ text }));
    expect(back.prompt.state).toBe('current');
    expect(back.rows.map(({ trained }) => trained!.text)).toEqual(rows.map(({ stale }) => stale!.text));
    expect(back.prompt.key).not.toBe(prompt.key);
  });

  it('go on with the prompt table as it is now', async () => {
    const other = await temporaryFolder();
    const own = await writeProject(other, { trainer: { max_epochs: 1, batch_size: 8 } });
    const engine = new Engine('predict');
    const untrained = await engine.request('predict', askedRows({ file: own }));
    expect(untrained.prompt).toMatchObject({ state: 'untrained', message: "'kind' has not been trained" });
    expect(untrained.rows[0]!.trained).toBeUndefined();
    expect((await ptask(['train', own])).code).toBe(0);
    expect((await engine.request('predict', askedRows({ file: own }))).prompt.state).toBe('current');
    await rm(path.join(other, 't.prompts.safetensors'));
    expect((await engine.request('predict', askedRows({ file: own }))).prompt.state).toBe('untrained');
  });

  it('of a row under the pointer overtake those of a long request, which may be withdrawn', async () => {
    const engine = new Engine('predict');
    const order: string[] = [];
    const many = Array.from({ length: 3000 }, (_, n) => ({ taskname: 'kind', text: `a${n}` }));
    const withdrawn = new AbortController();
    const started = engine.next('predicted');
    const long = faultOf(
      engine.request('predict', askedRows({ token: 'long', rows: many, urgency: 'background' }), withdrawn.signal),
    );
    void long.then(() => order.push('long'));
    await started;
    const hovered = await engine.request(
      'predict',
      askedRows({ token: 'hover', rows: TEST_ROWS.slice(0, 1), urgency: 'hover' }),
    );
    order.push('hover');
    expect(hovered.rows).toHaveLength(1);
    withdrawn.abort();
    expect((await long).data).toEqual({ kind: 'cancelled' });
    expect(order).toEqual(['hover', 'long']);
  });
});

describe('the nearest words', () => {
  it('of each virtual token are given, those of a stale prompt too', async () => {
    const engine = new Engine('predict');
    const { prompt, tokens } = await engine.request('nearestTokens', { file, taskname: 'kind', count: 5 });
    expect(prompt.state).toBe('current');
    expect(tokens.map(({ marker, nearest }) => [marker, nearest.length])).toEqual([0, 0, 0, 0].map((n) => [n, 5]));
    for (const { nearest } of tokens) {
      const cosines = nearest.map(({ cosine }) => cosine);
      expect(cosines).toEqual([...cosines].sort((a, b) => b - a));
    }
    const text = (await readFile(file, 'utf8')).replace('{text}: {label}', '{text} is {label}');
    const stale = await engine.request('nearestTokens', { file, text, taskname: 'kind', count: 5 });
    expect(stale).toMatchObject({ prompt: { state: 'stale' }, tokens });
  });
});

describe('an evaluation', () => {
  it('measures what the command line measures, and tells each row', async () => {
    const engine = new Engine('predict');
    const told = new Map<string, EvaluatedParams[]>();
    engine.on('evaluated', (params) => {
      told.set(params.answerer, [...(told.get(params.answerer) ?? []), params]);
    });
    const asked: EvaluateParams = { token: 'e', file, tasknames: [], split: 'test', baselines: ['zero', 'few'] };
    const { tasks } = await engine.request('evaluate', asked);
    const { stdout } = await ptask(['evaluate', file, '--baseline', 'few', '--json']);
    const [trained, few] = events(stdout);
    expect(tasks).toMatchObject([
      {
        taskname: 'kind',
        files: ['test.jsonl'],
        prompt: { state: 'current' },
        skipped: 0,
        majority: { share: 0.5 },
        results: [
          { answerer: 'trained', accuracy: trained!.accuracy, confusion: { counts: trained!.confusion } },
          { answerer: 'zero', shots: 0, rows: 20 },
          { answerer: 'few', shots: few!.shots, accuracy: few!.accuracy },
        ],
      },
    ]);
    expect([...told.keys()]).toEqual(['trained', 'zero', 'few']);
    for (const [answerer, parts] of told) {
      const rows = parts.flatMap((part) => part.rows);
      expect(parts.at(-1)).toMatchObject({ token: 'e', taskname: 'kind', done: 20, total: 20 });
      expect(rows.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, line) => line));
      const { accuracy } = tasks[0]!.results.find((result) => result.answerer === answerer)!;
      expect(rows.filter(({ right }) => right).length / 20).toBe(accuracy);
      expect(rows[0]).toMatchObject({ file: path.join(dir, 'test.jsonl'), text: expect.stringMatching(/^ ?[a-d]+:$/) });
    }
  });

  it('never measures a stale prompt', async () => {
    const template = { ...taskTemplate('kind'), prompt_template: '<|VIRTUAL_PROMPT_0|> {text} is {label}' };
    const own = await writeTaskFile(dir, { task_templates: [template] }, 's.ptask.json');
    const asked: EvaluateParams = {
      token: 'e',
      file: own,
      tasknames: ['kind'],
      split: 'validation',
      baselines: ['zero'],
    };
    const { tasks } = await new Engine('predict').request('evaluate', asked);
    expect(tasks).toMatchObject([{ prompt: { state: 'stale' }, results: [{ answerer: 'zero' }] }]);
  });

  it('may be withdrawn, and lets a row under the pointer go first', async () => {
    const engine = new Engine('predict');
    const withdrawn = new AbortController();
    const started = engine.next('evaluated');
    const asked: EvaluateParams = { token: 'e', file, tasknames: [], split: 'test', baselines: ['few', 'one', 'zero'] };
    const evaluation = faultOf(engine.request('evaluate', asked, withdrawn.signal));
    await started;
    const { rows } = await engine.request('predict', askedRows({ rows: TEST_ROWS.slice(0, 1), urgency: 'hover' }));
    expect(rows).toHaveLength(1);
    withdrawn.abort();
    expect((await evaluation).data.kind).toBe('cancelled');
  });
});

describe('a plan', () => {
  const planned = (engine: Engine, changes: Partial<PlanParams> = {}) =>
    engine.request('plan', { file, tasknames: [], measure: false, ...changes });

  it('says what a run will use, its time measured or reckoned', async () => {
    const engine = new Engine('predict');
    const reckoned = await planned(engine);
    expect(reckoned).toMatchObject({
      tasks: [{ taskname: 'kind', rows: { train: 80, validation: 20, test: 20 }, virtualTokens: 4, replaces: true }],
      model: { name: 'model', dir: path.join(dir, 'model'), architecture: 'gpt2', parameters: expect.any(Number) },
      method: 'p-tuning, mlp',
      device: 'cpu',
      epochs: 6,
      steps: 60,
      estimate: { basis: 'reckoned' },
    });
    const measured = await planned(engine, { measure: true });
    expect(measured.estimate.basis).toBe('measured');
    for (const { estimate } of [reckoned, measured]) {
      expect(estimate.secondsPerStep).toBeGreaterThan(0);
      expect(estimate.seconds).toBeGreaterThan(60 * estimate.secondsPerStep);
      expect(estimate.memoryBytes).toBeGreaterThan(100e6);
    }
    expect(reckoned.resumable).toBeUndefined();
  });

  it('says which run may be resumed, and that none may when anything has changed', async () => {
    const other = await temporaryFolder();
    const own = await writeProject(other);
    const training = new Engine('train');
    const paused = training.request('train', { token: 't', file: own, tasknames: [], resume: false, device: 'auto' });
    await training.next('training', ({ progress }) => progress.epoch > 1);
    training.notify('stopTraining', { how: 'pause' });
    const { run } = await paused;
    const engine = new Engine('predict');
    const { resumable } = await planned(engine, { file: own });
    expect(resumable).toEqual({ run, step: expect.any(Number) });
    await writeTaskFile(other, { optim: { lr: 0.5 } });
    expect((await planned(engine, { file: own })).resumable).toBeUndefined();
  });

  it('is refused for a file that cannot be run', async () => {
    const own = await writeTaskFile(dir, { data: { train_ds: ['none.jsonl'] } }, 'p.ptask.json');
    const { data } = await faultOf(planned(new Engine('predict'), { file: own }));
    expect(data).toMatchObject({ kind: 'problems', problems: [{ code: 'data-not-found' }] });
  });
});

describe('the runs of a folder', () => {
  it('are listed with their numbers, and each gives its chart', async () => {
    const engine = new Engine('predict');
    const { runs } = await engine.request('runs', { folders: [dir, path.join(dir, 'nothing')] });
    expect(runs).toMatchObject([
      { taskFile: file, tasknames: ['kind'], state: 'done', step: 60, steps: 60, epochs: 6 },
    ]);
    const { run, steps, epochs } = await engine.request('runMetrics', { dir: runs[0]!.dir, points: 10 });
    expect(run).toEqual(runs[0]);
    expect(steps.map(({ step }) => step)).toEqual([6, 12, 18, 24, 30, 36, 42, 48, 54, 60]);
    expect(epochs).toHaveLength(6);
    expect((await faultOf(engine.request('runMetrics', { dir, points: 10 }))).data.kind).toBe('input');
  });
});

describe('devices', () => {
  it('are each tried in a process of its own, and what came of it is remembered', async () => {
    const cache = await temporaryFolder();
    const devices = (refresh: boolean) => new Engine('predict', { PTASK_CACHE: cache }).request('devices', { refresh });
    const first = await devices(false);
    expect(first).toMatchObject({
      used: expect.any(String),
      runtime: expect.stringMatching(/^\d+\.\d+/),
      cpu: { cores: expect.any(Number) },
    });
    expect(first.devices.map(({ name }) => name)).toEqual(['cpu', 'webgpu', 'cuda', 'dml', 'coreml']);
    const [cpu, ...others] = first.devices;
    expect(cpu).toMatchObject({ state: 'works', remembered: false });
    expect(cpu!.reason).toBeUndefined();
    // Which of them work depends on the machine; why one is not used is told on each.
    for (const { name, reason } of others) if (name !== first.used) expect(reason).toMatch(/\w/);
    const again = await devices(false);
    expect(again.devices[0]).toEqual({ ...cpu, remembered: true });
    expect((await devices(true)).devices[0]).toMatchObject({ state: 'works', remembered: false });
    await writeFile(path.join(cache, 'devices.json'), '{ "probes": 3');
    expect((await devices(false)).devices[0]).toMatchObject({ state: 'works', remembered: false });
  });
});

describe('bad input', () => {
  it('of a field of the request is told by the name of the field', async () => {
    const fault = await faultOf(new Engine('predict').request('predict', { ...askedRows(), rows: 'none' } as never));
    expect(fault.data).toEqual({ kind: 'input' });
    expect(fault.message).toBe("the field 'rows' of the request 'predict' is to be a list of objects");
  });

  it('is told with its problems: a file that is none, a task that it lacks, a prompt table that is broken', async () => {
    const engine = new Engine('predict');
    const broken = await faultOf(
      engine.request('predict', askedRows({ text: '{ "model": "model", "task_templates": 3 }' })),
    );
    expect(broken.data).toMatchObject({
      kind: 'problems',
      problems: expect.arrayContaining([expect.objectContaining({ code: 'schema' })]),
    });
    expect((await faultOf(engine.request('predict', askedRows({ taskname: 'none' })))).message).toContain(
      "no task 'none'",
    );
    const missing = await faultOf(engine.request('predict', askedRows({ file: path.join(dir, 'none.ptask.json') })));
    expect(missing.data).toEqual({ kind: 'input' });
    await writeFile(path.join(dir, 'broken.safetensors'), 'no table');
    const table = await faultOf(
      engine.request(
        'predict',
        askedRows({ file: await writeTaskFile(dir, { prompt_table: 'broken.safetensors' }, 'b.ptask.json') }),
      ),
    );
    expect(table.data.kind).toMatch(/input|problems/);
    expect((await engine.request('predict', askedRows())).prompt.state).toBe('current');
  });

  it('of one row is told at the row', async () => {
    const rows = [{ taskname: 'kind' }, TEST_ROWS[0]!];
    const predicted = await new Engine('predict').request('predict', askedRows({ rows }));
    expect(predicted.rows[0]).toMatchObject({ problem: `"text" is missing, which the template of 'kind' needs` });
    expect(predicted.rows[1]!.trained).toBeDefined();
  });

  it('is no reason to look at the data', async () => {
    const template = { ...taskTemplate('kind'), labels: { e: [], u: [] } };
    const own = await writeTaskFile(
      dir,
      { task_templates: [template], data: { train_ds: ['none.jsonl'] } },
      'd.ptask.json',
    );
    expect((await new Engine('predict').request('predict', askedRows({ file: own }))).prompt.state).toBe('current');
  });
});
