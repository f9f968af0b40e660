/**
 * Training steps of ptask and of Hugging Face PEFT on the same folder, in turn, and the share of the machine's own
 * matrix speed that ptask reaches. Prints a Markdown table: medians over the rounds, with the smallest and
 * largest. A round measures the median of --peft-steps steps of PEFT and of seven of ptask, after one to warm up.
 *
 *     npm run build
 *     python bench/peft_step.py --make --model DIR        # GPT-2 small, random weights
 *     node bench/compare-with-peft.mjs --model DIR --python python3 [--rounds 3]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { irreducibleFlops } from './irreducible-work.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '3' },
    'peft-steps': { type: 'string', default: '2' },
    shapes: { type: 'string', default: '10x64x8,10x32x16,100x32x16' },
  },
});
const here = import.meta.dirname;
const answer = 2;

const lastJson = (file, args) => {
  const lines = execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .trim()
    .split('\n');
  return JSON.parse(lines.at(-1));
};
const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];
const spread = (numbers) => {
  const all = sorted(numbers).map(Math.round);
  return `${Math.round(median(numbers))} (${all[0]}–${all.at(-1)})`;
};

const config = JSON.parse(readFileSync(path.join(values.model, 'config.json'), 'utf8'));
const size = {
  hidden: config.n_embd,
  inner: config.n_inner ?? 4 * config.n_embd,
  layers: config.n_layer,
  vocab: config.vocab_size,
};
console.log(
  `${cpus()[0].model}, ${cpus().length} processors; answer tokens a row: ${answer}; ${values.rounds} rounds\n`,
);
console.log(
  '| virtual | length | batch | PEFT, ms a step | ptask, ms a step | ratio | PEFT peak MB | ptask peak MB | share of matrix speed |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const shape of values.shapes.split(',')) {
  const [virtual, length, batch] = shape.split('x').map(Number);
  const sizes = [
    '--model',
    values.model,
    '--virtual',
    virtual,
    '--length',
    length,
    '--batch',
    batch,
    '--answer',
    answer,
  ];
  const peft = [];
  const ptask = [];
  const speed = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    peft.push(
      lastJson(values.python, [path.join(here, 'peft_step.py'), ...sizes.map(String), '--steps', values['peft-steps']]),
    );
    ptask.push(
      lastJson(process.execPath, [path.join(here, '../dist/ptask.js'), 'bench', ...sizes.map(String), '--json']),
    );
    const rows = virtual + batch * (length - 1);
    const script = path.join(here, 'matrix-speed.mjs');
    speed.push(lastJson(process.execPath, [script, rows, size.hidden, size.inner].map(String)).gflops);
  }
  const flops = irreducibleFlops({ ...size, virtual, length, batch, answer });
  const shares = ptask.map(({ step_ms }, i) => flops / (speed[i] * 1e9) / (step_ms / 1000));
  const ratios = peft.map(({ step_ms }, i) => step_ms / ptask[i].step_ms);
  const row = [
    virtual,
    length,
    batch,
    spread(peft.map(({ step_ms }) => step_ms)),
    spread(ptask.map(({ step_ms }) => step_ms)),
    median(ratios).toFixed(1),
    median(peft.map(({ peak_mb }) => peak_mb)),
    median(ptask.map(({ peak_mb }) => peak_mb)),
    `${Math.round(100 * median(shares))} %`,
  ];
  console.log(`| ${row.join(' | ')} |`);
}
