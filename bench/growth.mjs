/**
 * How a training step grows: with rows, with the length of rows, with virtual tokens and with the size of the model. Prints one Markdown
 * table for this machine and writes a plot beside it. Every cell is the median of some rounds, which go through all cells in turn.
 *
 *     npm run build
 *     node bench/growth.mjs --out DIR [--rounds 3] [--models gpt2,gpt2-medium,gpt2-large,gpt2-xl] [--batches 8,16,32,64]
 *         [--virtual 10,100] [--lengths 32,128] [--precisions float32,int8] [--python python3] [--device cpu]
 *
 * Models have random weights and are made in DIR, once (GPT-2 XL is 6 GB). The first one is measured at every size, the others
 * at the first of each. What was measured is kept in DIR/growth.json, to which later rounds are added, of other sizes or of one that
 * something else disturbed; with --rounds 0 table and plot are made of it alone. With --python, PEFT (see peft_step.py) takes its turns, too, on the CPU; where it needs more than nine
 * tenths of the machine's memory, the table says so.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { growthCharts, titleOf } from './growth-charts.mjs';
import {
  ANSWER,
  matrixSpeed,
  median,
  modelSizes,
  peftStep,
  percent,
  ptaskStep,
  shareOfSpeed,
  spread,
} from './training-step.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    models: { type: 'string', default: 'gpt2,gpt2-medium,gpt2-large,gpt2-xl' },
    batches: { type: 'string', default: '8,16,32,64' },
    virtual: { type: 'string', default: '10,100' },
    lengths: { type: 'string', default: '32,128' },
    precisions: { type: 'string', default: 'float32,int8' },
    python: { type: 'string' },
    device: { type: 'string', default: 'cpu' },
  },
});
if (!values.out) throw new Error('--out is missing: see the comment at the top of this file');

const list = (text) => text.split(',');
const numbers = (text) => list(text).map(Number);
const precisions = list(values.precisions);
/** What takes turns in a cell: ptask in each precision, and PEFT where it is there. */
const systems = [...precisions, ...(values.python ? ['PEFT'] : [])];

const keptFile = path.join(values.out, 'growth.json');
const kept = existsSync(keptFile) ? JSON.parse(readFileSync(keptFile, 'utf8')) : {};

const models = list(values.models).map((name) => {
  const folder = path.join(values.out, name);
  if (!existsSync(path.join(folder, 'config.json'))) {
    mkdirSync(folder, { recursive: true });
    const script = path.join(import.meta.dirname, 'make-random-model.mjs');
    execFileSync(process.execPath, [script, '--out', folder, '--shape', name], { stdio: 'inherit' });
  }
  return { name, folder, sizes: modelSizes(folder) };
});

const shapes = numbers(values.virtual).flatMap((virtual) =>
  numbers(values.lengths).flatMap((length) => numbers(values.batches).map((batch) => ({ virtual, length, batch }))),
);
const cells = [
  ...shapes.map((shape) => ({ model: models[0], shape })),
  ...models.slice(1).map((model) => ({ model, shape: shapes[0] })),
].map((cell) => ({ ...cell, found: foundBefore(cell) }));

/** The rounds of a cell, of each system. */
function foundBefore({ model, shape }) {
  kept[[model.name, ...Object.values(shape)]] ??= {};
  const found = kept[[model.name, ...Object.values(shape)]];
  for (const system of systems) found[system] ??= { ms: [], mb: [], share: [] };
  return found;
}

const peftLimit = ['--memory-gb', ((0.9 * totalmem()) / 2 ** 30).toFixed(1)];

function measure(system, folder, shape) {
  return system === 'PEFT'
    ? peftStep(values.python, folder, shape, 1, peftLimit)
    : ptaskStep(folder, shape, ['--steps', '3', '--device', values.device, '--precision', system]);
}

for (let round = 1; round <= Number(values.rounds); round++) {
  cells.forEach(({ model, shape, found }, i) => {
    console.error(`round ${round} of ${values.rounds}, ${i + 1} of ${cells.length}`);
    const gflops = values.device === 'cpu' ? matrixSpeed(model.sizes, shape) : undefined;
    for (const system of systems) {
      const step = measure(system, model.folder, shape);
      if (step.out_of_memory) continue;
      found[system].ms.push(step.step_ms);
      found[system].mb.push(step.peak_mb);
      if (gflops) found[system].share.push(shareOfSpeed(model.sizes, shape, gflops, step.step_ms));
    }
    writeFileSync(keptFile, JSON.stringify(kept));
  });
}

const heads = systems.flatMap((system) => [
  `${titleOf(system)}, ms a step`,
  'peak MB',
  ...(system === 'float32' && values.device === 'cpu' ? ['share of matrix speed'] : []),
]);
const columns = ['model', 'virtual', 'length', 'batch', ...heads];
const table = [
  `${cpus()[0].model}, ${cpus().length} processors, ${values.device}; answer tokens a row: ${ANSWER}\n`,
  `| ${columns.join(' | ')} |`,
  `|${'---|'.repeat(columns.length)}`,
  ...cells.map(({ model, shape, found }) => {
    const results = systems.flatMap((system) => [
      ...(found[system].ms.length > 0
        ? [spread(found[system].ms), Math.round(median(found[system].mb))]
        : ['out of memory', '–']),
      ...(system === 'float32' && values.device === 'cpu' ? [percent(median(found[system].share))] : []),
    ]);
    return `| ${[model.name, shape.virtual, shape.length, shape.batch, ...results].join(' | ')} |`;
  }),
].join('\n');
console.log(table);
writeFileSync(path.join(values.out, 'growth.md'), `${table}\n`);

const lines = { virtual: numbers(values.virtual), lengths: numbers(values.lengths) };
writeFileSync(path.join(values.out, 'growth.svg'), growthCharts(cells, systems, lines));
