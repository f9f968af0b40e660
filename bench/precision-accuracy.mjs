/**
 * What a precision costs in accuracy and gains in time: the same task trained in float32 and in int8, in turn, with the same seeds,
 * and its answers to the held-out test rows, which are computed in float32 either way. Prints a Markdown table.
 *
 *     npm run build
 *     node bench/precision-accuracy.mjs [--file FILE] [--task NAME] [--model NAME] [--seeds 0,1,2] [--epochs N]
 *     node bench/precision-accuracy.mjs --data ROWS.jsonl --language en [--model NAME] [--seeds 0,1,2] [--epochs 6]
 *
 * With --data the rows are those of a file (taskname, sentence or utterance, label), of which each seed holds out another fifth,
 * and the task is that of accuracy_against_peft.py.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'jsonc-parser';

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: 'examples/assistant/sv.ptask.json' },
    task: { type: 'string', default: 'intent-task' },
    data: { type: 'string' },
    language: { type: 'string' },
    model: { type: 'string', default: 'demo' },
    seeds: { type: 'string', default: '0,1,2' },
    epochs: { type: 'string' },
  },
});
const PRECISIONS = ['float32', 'int8'];
const ptask = path.join(import.meta.dirname, '../dist/ptask.js');
const seeds = values.seeds.split(',').map(Number);

const folder = mkdtempSync(path.join(tmpdir(), 'ptask-precision-'));
const given = values.data ? taskOfRows(values.data) : undefined;
if (!given) cpSync(path.dirname(values.file), folder, { recursive: true });
const file = path.join(folder, path.basename(given ? 'rows.ptask.json' : values.file));
const original = given?.task ?? parse(readFileSync(values.file, 'utf8'));
const taskname = given?.task.task_templates[0].taskname ?? values.task;

/** Rows of a file, and the task that they are of. */
function taskOfRows(data) {
  const rows = readFileSync(data, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))
    .map((row) => ({ ...row, label: row.label.trim() }));
  const field = 'sentence' in rows[0] ? 'sentence' : 'utterance';
  const template = {
    taskname: rows[0].taskname,
    prompt_template: `<|VIRTUAL_PROMPT_0|> {${field}} : {label}`,
    total_virtual_tokens: 20,
    truncate_field: field,
    answer_only_loss: true,
    answer_field: 'label',
    labels: Object.fromEntries([...new Set(rows.map(({ label }) => label))].sort().map((label) => [label, []])),
  };
  const task = {
    ...(values.language ? { language: values.language } : {}),
    task_templates: [template],
    data: { train_ds: 'train.jsonl', test_ds: 'test.jsonl', max_seq_length: 120, add_eos: true },
    p_tuning: { encoder_type: 'residual' },
    optim: { lr: 2e-3, sched: { warmup_steps: 20 } },
    trainer: { max_epochs: 6, batch_size: 16 },
  };
  return { rows, task };
}

/** Writes the rows in the order of a seed, four fifths to train on. */
function splitRows(rows, seed) {
  let state = seed + 1;
  // Mulberry32.
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const order = rows
    .map((row) => ({ row, key: uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
  const cut = Math.floor((order.length * 4) / 5);
  const write = (name, part) =>
    writeFileSync(path.join(folder, name), part.map((row) => `${JSON.stringify(row)}\n`).join(''));
  write('train.jsonl', order.slice(0, cut));
  write('test.jsonl', order.slice(cut));
  const counts = new Map();
  for (const { label } of order.slice(cut)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / (order.length - cut);
}

const run = (...args) =>
  execFileSync(process.execPath, [ptask, ...args, '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Accuracy on the test rows and seconds of the training steps alone. */
function measure(precision, seed) {
  const trainer = {
    ...original.trainer,
    precision,
    seed,
    ...(values.epochs ? { max_epochs: Number(values.epochs) } : {}),
  };
  const table = `${precision}-${seed}.prompts.safetensors`;
  writeFileSync(file, JSON.stringify({ ...original, model: values.model, prompt_table: table, trainer }));
  const steps = run('train', file, '--task', taskname, '--device', 'cpu').filter(({ event }) => event === 'step');
  const pace = steps.map((step) => step.rows_per_s).filter((rate) => rate > 0);
  const metrics = run('evaluate', file, '--task', taskname, '--split', 'test', '--device', 'cpu');
  const { accuracy, rows } = metrics.find(({ event }) => event === 'metrics');
  return { accuracy, rows, loss: steps.at(-1).loss, rate: Math.max(...pace) };
}

try {
  const found = Object.fromEntries(PRECISIONS.map((precision) => [precision, []]));
  const commonest = [];
  for (const seed of seeds) {
    if (given) commonest.push(splitRows(given.rows, seed));
    for (const precision of PRECISIONS) {
      found[precision].push(measure(precision, seed));
      console.error(seed, precision, JSON.stringify(found[precision].at(-1)));
    }
  }
  const percent = (share) => (100 * share).toFixed(1);
  const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const always = commonest.length > 0 ? `; the commonest answer is ${commonest.map(percent).join(', ')} %` : '';
  console.log(
    `${path.basename(values.data ?? values.file)}, ${taskname}, ${values.model}; ${found.float32[0].rows} test rows${always}\n`,
  );
  console.log(
    `| precision | ${seeds.map((seed) => `seed ${seed}, %`).join(' | ')} | mean, % | spread, points | rows/s at best |`,
  );
  console.log(`|---|${'---|'.repeat(seeds.length + 3)}`);
  for (const [precision, results] of Object.entries(found)) {
    const accuracies = results.map(({ accuracy }) => accuracy);
    const spread = Math.max(...accuracies) - Math.min(...accuracies);
    const cells = [...accuracies.map(percent), percent(mean(accuracies)), percent(spread)];
    console.log(`| ${precision} | ${cells.join(' | ')} | ${Math.max(...results.map(({ rate }) => rate)).toFixed(0)} |`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
