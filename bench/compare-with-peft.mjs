/**
 * Training steps of ptask and of Hugging Face PEFT on the same folder, in turn, and the share of the machine's own
 * matrix speed that ptask reaches. Prints a Markdown table: medians over the rounds, with the smallest and
 * largest. A round measures the median of --peft-steps steps of PEFT and of seven of ptask, after one to warm up.
 *
 *     npm run build
 *     python bench/peft_step.py --make --model DIR        # GPT-2 small, random weights
 *     node bench/compare-with-peft.mjs --model DIR --python python3 [--rounds 3] [--precision int8]
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import {
  ANSWER,
  matrixSpeed,
  median,
  modelSizes,
  peftStep,
  percent,
  ptaskStep,
  shapeOf,
  shareOfSpeed,
  spread,
} from './training-step.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '3' },
    'peft-steps': { type: 'string', default: '2' },
    shapes: { type: 'string', default: '10x64x8,10x32x16,100x32x16' },
    precision: { type: 'string', default: 'float32' },
  },
});

const sizes = modelSizes(values.model);
const options = ['--device', 'cpu', '--precision', values.precision];
console.log(
  `${cpus()[0].model}, ${cpus().length} processors; answer tokens a row: ${ANSWER}; ${values.precision}; ${values.rounds} rounds\n`,
);
console.log(
  '| virtual | length | batch | PEFT, ms a step | ptask, ms a step | ratio | PEFT peak MB | ptask peak MB | share of matrix speed |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const text of values.shapes.split(',')) {
  const shape = shapeOf(text);
  const peft = [];
  const ptask = [];
  const shares = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    peft.push(peftStep(values.python, values.model, shape, values['peft-steps']));
    ptask.push(ptaskStep(values.model, shape, options));
    shares.push(shareOfSpeed(sizes, shape, matrixSpeed(sizes, shape), ptask.at(-1).step_ms));
  }
  const row = [
    shape.virtual,
    shape.length,
    shape.batch,
    spread(peft.map(({ step_ms }) => step_ms)),
    spread(ptask.map(({ step_ms }) => step_ms)),
    median(peft.map(({ step_ms }, i) => step_ms / ptask[i].step_ms)).toFixed(1),
    median(peft.map(({ peak_mb }) => peak_mb)),
    median(ptask.map(({ peak_mb }) => peak_mb)),
    percent(median(shares)),
  ];
  console.log(`| ${row.join(' | ')} |`);
}
