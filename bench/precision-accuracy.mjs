/**
 * What a precision costs in accuracy and gains in time: the same task trained in float32 and in int8, in turn, with the same seeds,
 * and its answers to the held-out test rows, which are computed in float32 either way. Prints a Markdown table.
 *
 *     npm run build
 *     node bench/precision-accuracy.mjs [--file FILE] [--task NAME] [--model NAME] [--seeds 0,1,2] [--epochs N]
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
    model: { type: 'string', default: 'demo' },
    seeds: { type: 'string', default: '0,1,2' },
    epochs: { type: 'string' },
  },
});
const PRECISIONS = ['float32', 'int8'];
const ptask = path.join(import.meta.dirname, '../dist/ptask.js');
const seeds = values.seeds.split(',').map(Number);

const folder = mkdtempSync(path.join(tmpdir(), 'ptask-precision-'));
cpSync(path.dirname(values.file), folder, { recursive: true });
const file = path.join(folder, path.basename(values.file));
const original = parse(readFileSync(values.file, 'utf8'));

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
  const steps = run('train', file, '--task', values.task, '--device', 'cpu').filter(({ event }) => event === 'step');
  const pace = steps.map((step) => step.rows_per_s).filter((rate) => rate > 0);
  const metrics = run('evaluate', file, '--task', values.task, '--split', 'test', '--device', 'cpu');
  const { accuracy, rows } = metrics.find(({ event }) => event === 'metrics');
  return { accuracy, rows, loss: steps.at(-1).loss, rate: Math.max(...pace) };
}

try {
  const found = Object.fromEntries(PRECISIONS.map((precision) => [precision, []]));
  for (const seed of seeds) {
    for (const precision of PRECISIONS) {
      found[precision].push(measure(precision, seed));
      console.error(seed, precision, JSON.stringify(found[precision].at(-1)));
    }
  }
  const percent = (share) => (100 * share).toFixed(1);
  const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  console.log(`${values.file}, ${values.task}, ${values.model}; ${found.float32[0].rows} test rows\n`);
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
