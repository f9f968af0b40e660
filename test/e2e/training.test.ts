import { existsSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parseSafetensors } from '../../model/src/safetensors.ts';
import { THOROUGH } from '../thorough.ts';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import {
  events,
  type Finished,
  ptask,
  readTable,
  rowsOf,
  taskTemplate,
  writeJsonl,
  writeProject,
  writeTaskFile,
} from './ptask.ts';

// Each test starts the command several times, on whatever machine this is.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A run is killed within four epochs, again and again. */
const KILLS = THOROUGH ? 10 : 3;
const EPOCHS = 8 * KILLS;
/** Of 80 rows each. */
const STEPS = 10 * EPOCHS;
const LONG = { trainer: { max_epochs: EPOCHS, batch_size: 8, early_stopping: null } };

function taskBytes(table: Buffer, taskname: string): { tensor: Buffer; record: string | undefined } {
  const parsed = parseSafetensors(table);
  if (parsed.kind !== 'ok') throw new Error(parsed.problem.message);
  const { begin, end } = parsed.header.tensors.get(taskname)!;
  return { tensor: table.subarray(begin, end), record: parsed.header.metadata[`task.${taskname}`] };
}

async function undisturbed(changes: object): Promise<Buffer> {
  const dir = await temporaryFolder();
  const { code, stderr } = await ptask(['train', await writeProject(dir, { ...changes })]);
  expect(code, stderr).toBe(0);
  return readTable(dir);
}

describe('a task', () => {
  it('is trained, evaluated beside the frozen model, and predicted', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir);
    const trained = await ptask(['train', file, '--json']);
    expect(trained.code, trained.stderr).toBe(0);
    const told = events(trained.stdout);
    expect(told[0]).toMatchObject({ event: 'start', tasks: ['kind'], train_rows: 80, steps: 200, from_step: 0 });
    expect(told.filter(({ event }) => event === 'step').map(({ step }) => step)).toEqual(
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    expect(told.filter(({ event }) => event === 'epoch')).toHaveLength(20);
    expect(told.at(-1)).toMatchObject({
      event: 'done',
      prompt_table: path.join(dir, 't.prompts.safetensors'),
      tasks: { kind: { virtual_tokens: 4, validation: { rows: 20 } } },
    });

    const evaluated = await ptask(['evaluate', file, '--baseline', 'few', '--json']);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const [prompt, frozen] = events(evaluated.stdout);
    expect(prompt).toMatchObject({ event: 'metrics', task: 'kind', split: 'test', rows: 20 });
    expect(prompt).not.toHaveProperty('baseline');
    expect(frozen).toMatchObject({ event: 'metrics', rows: 20, baseline: 'few' });
    expect(frozen!.shots).toBeGreaterThan(1);
    expect(prompt!.accuracy).toBeGreaterThan(0.75);
    expect(prompt!.accuracy).toBeGreaterThan(frozen!.accuracy as number);

    const table = await ptask(['evaluate', file, '--split', 'validation']);
    expect(table.stdout).toMatch(/^kind: 20 validation rows \(validation\.jsonl\)$/m);
    expect(table.stdout).toMatch(/trained prompt +rows +predicted +right +precision +recall +F1/);

    const input = `${rowsOf('kind', 'test')
      .map((row) => JSON.stringify(row))
      .join('\n')}\n`;
    const predicted = await ptask(['predict', file, '--input', '-', '--json'], { input });
    expect(predicted.code, predicted.stderr).toBe(0);
    const predictions = events(predicted.stdout);
    expect(predictions.map(({ row }) => row)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const right = predictions.filter(({ prediction, label }) => prediction === label);
    expect(right.length / 20).toBe(prompt!.accuracy);
    for (const { candidates } of predictions) {
      const probabilities = (candidates as { probability: number }[]).map(({ probability }) => probability);
      expect(probabilities[0]).toBeGreaterThanOrEqual(probabilities[1]!);
      expect(probabilities[0]! + probabilities[1]!).toBeCloseTo(1, 6);
    }

    const examples = await ptask(['predict', file]);
    expect(examples.stdout).toMatch(/^[eu] +\d+\.\d% {2}abba:\n$/);
  });

  it('gives the same bytes again', async () => {
    const changes = { trainer: { max_epochs: 3, batch_size: 8 } };
    expect(await undisturbed(changes)).toEqual(await undisturbed(changes));
  });

  it('leaves the prompts of existing tasks as they were', async () => {
    const dir = await temporaryFolder();
    const short = { trainer: { max_epochs: 2, batch_size: 8 } };
    const file = await writeProject(dir, short);
    expect((await ptask(['train', file])).code).toBe(0);
    const before = taskBytes(await readTable(dir), 'kind');
    for (const split of ['train', 'validation', 'test'] as const) {
      await writeJsonl(path.join(dir, `${split}.jsonl`), [...rowsOf('kind', split), ...rowsOf('other', split)]);
    }
    await writeTaskFile(dir, {
      ...short,
      existing_tasks: ['kind'],
      new_tasks: ['other'],
      task_templates: [taskTemplate('kind'), taskTemplate('other')],
    });
    const { code, stderr } = await ptask(['train', file]);
    expect(code, stderr).toBe(0);
    const after = await readTable(dir);
    expect(taskBytes(after, 'kind')).toEqual(before);
    expect(taskBytes(after, 'other').tensor).toHaveLength(before.tensor.length);
    const refused = await ptask(['train', file, '--task', 'kind']);
    expect(refused.code).toBe(1);
    expect(await readTable(dir)).toEqual(after);
  });

  it('whose template has changed since is predicted with the one that it was trained with, and not measured', async () => {
    const dir = await temporaryFolder();
    const short = { trainer: { max_epochs: 2, batch_size: 8 } };
    const file = await writeProject(dir, short);
    const trained = await ptask(['train', file]);
    expect(trained.stdout).toMatch(/^Next: ptask evaluate /m);
    expect([trained.code, trained.stdout]).toEqual([
      0,
      expect.stringMatching(/accuracy .* on 20 validation rows\) to /),
    ]);
    const predict = ['predict', file, '--input', path.join(dir, 'test.jsonl'), '--json'];
    const predictions = async () => {
      const told = events((await ptask(predict)).stdout);
      return told.filter(({ event }) => event === 'prediction');
    };
    const before = await predictions();
    expect(before).toHaveLength(20);

    const template = { ...taskTemplate('kind'), prompt_template: '<|VIRTUAL_PROMPT_0|> {text} is {label}' };
    await writeTaskFile(dir, { ...short, task_templates: [template] });
    expect(await predictions()).toEqual(before);
    const evaluated = await ptask(['evaluate', file]);
    expect([evaluated.code, evaluated.stdout]).toEqual([1, expect.not.stringContaining('trained prompt')]);
    expect(evaluated.stderr).toMatch(/^error: the template has changed since .* 'kind' .* with: ptask train/m);
    const beside = await ptask(['evaluate', file, '--baseline', 'zero', '--json']);
    const measured = events(beside.stdout).filter(({ event }) => event === 'metrics');
    expect(measured).toMatchObject([{ baseline: 'zero' }]);
  });

  it('without an example of its own says so, rather than nothing', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, {
      task_templates: [taskTemplate('kind'), taskTemplate('other')],
      new_tasks: ['kind'],
    });
    const { code, stderr } = await ptask(['predict', file, '--task', 'other']);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`has no "examples" of 'other'`)]);
  });

  it('may be two in one run, one of them with free text for an answer', async () => {
    const dir = await temporaryFolder();
    const { labels: _, ...free } = taskTemplate('free');
    const slots = (split: 'train' | 'validation' | 'test') =>
      rowsOf('free', split).map((row) => ({ ...row, label: `${row.label}; first: ${row.text![0]}` }));
    const file = await writeProject(dir, {
      new_tasks: ['kind', 'free'],
      task_templates: [taskTemplate('kind'), { ...free, total_virtual_tokens: 3, virtual_token_splits: [3] }],
      trainer: { max_epochs: 2, batch_size: 8, val_metric: 'accuracy' },
      examples: [
        { taskname: 'free', text: 'abba' },
        { taskname: 'kind', text: 'zzz', label: 'upper' },
      ],
    });
    for (const split of ['train', 'validation', 'test'] as const) {
      await writeJsonl(path.join(dir, `${split}.jsonl`), [...rowsOf('kind', split), ...slots(split)]);
    }
    const trained = await ptask(['train', file, '--json']);
    expect(trained.code, trained.stderr).toBe(0);
    const share = expect.any(Number);
    const validation = { accuracy: share, intent_accuracy: share, slot_f1: share };
    expect(events(trained.stdout).at(-1)).toMatchObject({
      tasks: { kind: { virtual_tokens: 4 }, free: { virtual_tokens: 3, validation } },
    });
    const record = JSON.parse(taskBytes(await readTable(dir), 'free').record!) as object;
    expect(record).toMatchObject({ metrics: { validation } });
    const [kind, free1, ...rest] = events((await ptask(['evaluate', file, '--json'])).stdout);
    expect(rest).toEqual([]);
    expect(kind).toMatchObject({ task: 'kind', rows: 20, macro_f1: expect.any(Number) });
    const measures = { intent_accuracy: share, slot_precision: share, slot_recall: share, slot_f1: share, cut: share };
    expect(free1).toMatchObject({ task: 'free', rows: 20, accuracy: share, ...measures });
    expect(free1!.slots).toMatchObject([{ name: 'first', expected: 20, predicted: share, correct: share, f1: share }]);
    for (const key of ['macro_f1', 'word_f1']) expect(free1).not.toHaveProperty(key);
    const told = await ptask(['evaluate', file, '--task', 'free', '--baseline', 'zero']);
    expect(told.stdout).toMatch(/exact match +95% interval +intent +slot F1 +right +cut$/m);
    expect(told.stderr).toMatch(/^cut: the answer ends at 64 tokens/m);
    expect(told.stdout).toMatch(/trained prompt +slots +predicted +right +precision +recall +F1\n +first +20 /);
    expect(told.stdout).toMatch(/^ +frozen model, no examples +slots .*\n +first +20 .*\n +all slots +20 /m);
    const [first, second] = events((await ptask(['predict', file, '--json'])).stdout);
    expect(first).toMatchObject({ row: 0, taskname: 'free', prediction: expect.any(String), candidates: null });
    expect(first!.cut).toEqual(expect.any(Boolean));
    expect(second).toMatchObject({ row: 1, taskname: 'kind', label: 'upper' });
    const one = await ptask(['predict', file, '--task', 'kind', '--json']);
    expect(events(one.stdout)).toEqual([second]);
  });

  it('is shown before and after by the demo', async () => {
    const dir = await temporaryFolder();
    // Of the tasks of a file it trains the first, and what it says comes next asks for no other.
    const tasks = ['kind', 'other'];
    const file = await writeProject(dir, {
      new_tasks: tasks,
      task_templates: tasks.map(taskTemplate),
      data: {
        train_ds: ['train.jsonl', 'other.jsonl'],
        validation_ds: ['validation.jsonl'],
        test_ds: ['test.jsonl'],
      },
    });
    await writeJsonl(path.join(dir, 'other.jsonl'), rowsOf('other', 'train'));
    const { code, stdout, stderr } = await ptask(['demo', file], { cwd: dir });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^10 of the 20 test rows/m);
    const [, next] = /^Next: ptask (.*); for a task of your own: ptask new DATA$/m.exec(stdout)!;
    expect(await ptask(next!.split(' '), { cwd: dir })).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^text +untrained +trained +right answer\n([^\n]*[✓✗] [eu] +[✓✗] [eu] +[eu]\n){10}/m);
    const accuracy = (name: string) => Number(new RegExp(`^ *${name} +([\\d.]+)%`, 'm').exec(stdout)![1]);
    expect(accuracy('trained prompt')).toBeGreaterThan(accuracy('untrained model'));
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
  });

  it('says so when nothing was learnt', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, {
      optim: { lr: 1e-12, sched: { name: 'constant', warmup_steps: 0 } },
      trainer: { max_epochs: 2, batch_size: 8 },
      data: { train_ds: ['train.jsonl'], validation_ds: ['validation.jsonl'] },
    });
    for (const split of ['train', 'validation', 'test'] as const) {
      // All of one label, so that nothing can be above the majority.
      await writeJsonl(
        path.join(dir, `${split}.jsonl`),
        rowsOf('kind', split).map((row) => ({ ...row, label: 'e' })),
      );
    }
    const { code, stdout, stderr } = await ptask(['train', file]);
    expect(code, stderr).toBe(0);
    // There are no test rows to evaluate it on.
    expect(stdout).toMatch(/^Next: ptask predict .* --input ROWS$/m);
    expect(stderr).toMatch(/warning: kind has learnt nothing of use: its accuracy of .* is not above the 100\.0%/);
  });
});

let whole: Promise<Buffer> | undefined;
const undisturbedLong = () => (whole ??= undisturbed(LONG));

describe('a run that is stopped', () => {
  // Windows has Ctrl-C of its consoles only: what is sent to a process there ends it.
  it.skipIf(process.platform === 'win32')('in the demo says with which command it goes on', async () => {
    const dir = await temporaryFolder();
    await writeProject(dir, LONG);
    let asked = false;
    const { code, stderr } = await ptask(['demo', 't.ptask.json'], {
      cwd: dir,
      watch: (text, kill) => {
        if (asked || !/^epoch +1\//m.test(text)) return;
        asked = true;
        kill('SIGINT');
      },
    });
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/^Stopped after step \d+; go on with: ptask train t\.ptask\.json --task kind --resume$/m);
  });

  it.skipIf(process.platform === 'win32')('by Ctrl-C goes on with --resume to the same bytes', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, LONG);
    let asked = false;
    const stopped = await ptask(['train', file, '--json'], {
      watch: (text, kill) => {
        if (asked || !text.includes('"epoch":3,"train_loss"')) return;
        asked = true;
        kill('SIGINT');
      },
    });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toContain('--resume');
    const end = events(stopped.stdout).at(-1)!;
    expect(end.event).toBe('stopped');
    expect(existsSync(path.join(dir, 't.prompts.safetensors'))).toBe(false);
    const resumed = await ptask(['train', file, '--resume', '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(events(resumed.stdout)[0]).toMatchObject({ event: 'start', from_step: end.step });
    expect(await readTable(dir)).toEqual(await undisturbedLong());
    const [run] = await readdir(path.join(dir, '.ptask/runs'));
    const steps = (await readFile(path.join(dir, '.ptask/runs', run!, 'metrics.jsonl'), 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"event":"step"'))
      .map((line) => (JSON.parse(line) as { step: number }).step);
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  });

  it(`by SIGKILL, ${KILLS} times at random moments, goes on to the same bytes`, async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, LONG);
    for (let n = 0; n < KILLS; n++) {
      const epochs = Math.floor(Math.random() * 4);
      const milliseconds = Math.random() * 30;
      const seen = (text: string) => text.split('"event":"epoch"').length - 1;
      let armed = false;
      const killed: Finished = await ptask(['train', file, '--resume', '--json'], {
        watch: (text, kill) => {
          if (armed || !text.includes('"event":"start"') || seen(text) < epochs) return;
          armed = true;
          setTimeout(() => kill('SIGKILL'), milliseconds);
        },
      });
      expect(killed.signal, killed.stderr).toBe('SIGKILL');
    }
    const finished = await ptask(['train', file, '--resume', '--json']);
    expect(finished.code, finished.stderr).toBe(0);
    expect(await readTable(dir)).toEqual(await undisturbedLong());
  });

  it.runIf(process.platform !== 'win32')('because nobody reads what it says any more is saved, too', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, LONG);
    const left = await ptask(['train', file, '--json'], { watch: (_text, _kill, leave) => leave() });
    expect(left.code, left.stderr).toBe(141);
    const [run] = await readdir(path.join(dir, '.ptask/runs'));
    const folder = path.join(dir, '.ptask/runs', run!);
    expect(JSON.parse(await readFile(path.join(folder, 'run.json'), 'utf8'))).toMatchObject({ state: 'stopped' });
    expect((await readdir(folder)).filter((name) => /\.(lock|tmp)$/.test(name))).toEqual([]);
    const resumed = await ptask(['train', file, '--resume']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await readTable(dir)).toEqual(await undisturbedLong());
  });

  it('is not resumed with other settings', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, LONG);
    let asked = false;
    await ptask(['train', file, '--json'], {
      watch: (text, kill) => {
        if (!asked && text.includes('"event":"step"')) kill('SIGTERM');
        asked ||= text.includes('"event":"step"');
      },
    });
    await writeTaskFile(dir, { ...LONG, optim: { lr: 0.5 } });
    const { code, stderr } = await ptask(['train', file, '--resume']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be resumed: its settings, data or model have changed/);
  });
});

describe('a run that fails', () => {
  it('by a loss that is no number says at which step, and leaves the table whole', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { trainer: { max_epochs: 1, batch_size: 8 } });
    expect((await ptask(['train', file])).code).toBe(0);
    const before = await readTable(dir);
    await writeTaskFile(dir, { optim: { lr: 1e30, sched: { name: 'constant', warmup_steps: 0 } } });
    const { code, stderr } = await ptask(['train', file]);
    expect(code).toBe(1);
    // The first step ruins the prompt, and the second finds out.
    expect(stderr).toMatch(/error: training diverged: .* at step 2;/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await readTable(dir)).toEqual(before);
  });

  it.runIf(process.platform !== 'win32')('because files cannot grow leaves the table as it was', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { trainer: { max_epochs: 1, batch_size: 8 } });
    expect((await ptask(['train', file])).code).toBe(0);
    const before = await readTable(dir);
    const { code, stderr } = await ptask(['train', file], { limit: '-f 1' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: .*cannot be written: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await readTable(dir)).toEqual(before);
  });

  it('because the prompt table has been spoilt meanwhile says with what it goes on', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, LONG);
    const table = path.join(dir, 't.prompts.safetensors');
    const { code, stderr } = await ptask(['train', 't.ptask.json', '--json'], {
      cwd: dir,
      watch: (text) => {
        if (text.includes('"event":"epoch"')) writeFileSync(table, 'spoilt');
      },
    });
    expect(code).toBe(1);
    const way = 'when that is put right, go on with: ptask train t.ptask.json --resume';
    expect(stderr).toMatch(new RegExp(`error: .*broken prompt table: .*; ${way}\\n$`));
    await rm(table);
    const resumed = await ptask(['train', file, '--resume', '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(events(resumed.stdout)[0]).toMatchObject({ event: 'start', from_step: STEPS });
    expect(await readTable(dir)).toEqual(await undisturbedLong());
  });

  it.runIf(process.platform !== 'win32')('because its checkpoint cannot grow says with what it goes on', async () => {
    const dir = await temporaryFolder();
    const file = await writeProject(dir, { trainer: { max_epochs: 1, batch_size: 8 } });
    // Everything else has room.
    const { code, stderr } = await ptask(['train', 't.ptask.json'], { cwd: dir, limit: '-f 16' });
    expect(code).toBe(1);
    const way = 'when that is put right, go on with: ptask train t.ptask.json --resume';
    expect(stderr).toMatch(new RegExp(`error: .*checkpoint\\.safetensors: cannot be written: .*; ${way}\\n$`));
    expect((await ptask(['train', file, '--resume'])).code).toBe(0);
    expect(await readTable(dir)).toBeDefined();
  });
});
