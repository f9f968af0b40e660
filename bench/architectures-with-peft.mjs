/**
 * A training step of every architecture, of ptask and of Hugging Face PEFT on the same folder, in turn. The models are as large as
 * GPT-2 small and have random weights. Prints a Markdown table: medians over the rounds, with the smallest and largest.
 *
 *     npm run build
 *     node bench/architectures-with-peft.mjs --out DIR --python python3 [--rounds 3] [--shape 10x32x16] [--only llama,gemma2]
 *
 * The models, each of half a gigabyte, are made in DIR, once.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ANSWER, median, peftStep, ptaskStep, shapeOf, spread } from './training-step.mjs';

const ARCHITECTURES = 'gpt2,llama,mistral,qwen2,qwen3,phi3,gemma2,gemma3_text,gpt_neox,opt';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '3' },
    shape: { type: 'string', default: '10x32x16' },
    only: { type: 'string', default: ARCHITECTURES },
  },
});
if (!values.out) throw new Error('--out is missing: see the comment at the top of this file');

const shape = shapeOf(values.shape);
const models = values.only.split(',').map((architecture) => {
  const folder = path.join(values.out, architecture);
  if (!existsSync(path.join(folder, 'config.json'))) {
    const script = path.join(import.meta.dirname, 'peft_step.py');
    const args = [script, '--make', '--architecture', architecture, '--model', folder];
    execFileSync(values.python, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return { architecture, folder, peft: [], ptask: [] };
});

for (let round = 1; round <= Number(values.rounds); round++) {
  for (const { architecture, folder, peft, ptask } of models) {
    console.error(`round ${round} of ${values.rounds}, ${architecture}`);
    peft.push(peftStep(values.python, folder, shape, 2));
    ptask.push(ptaskStep(folder, shape, ['--device', 'cpu']));
  }
}

const { virtual, length, batch } = shape;
console.log(
  `${cpus()[0].model}, ${cpus().length} processors; ${virtual} virtual tokens, rows of ${length}, batch ${batch}, answer tokens a row: ${ANSWER}; ${values.rounds} rounds\n`,
);
console.log('| architecture | PEFT, ms a step | ptask, ms a step | ratio | PEFT peak MB | ptask peak MB |');
console.log('|---|---|---|---|---|---|');
for (const { architecture, peft, ptask } of models) {
  const row = [
    architecture,
    spread(peft.map(({ step_ms }) => step_ms)),
    spread(ptask.map(({ step_ms }) => step_ms)),
    median(peft.map(({ step_ms }, i) => step_ms / ptask[i].step_ms)).toFixed(1),
    median(peft.map(({ peak_mb }) => peak_mb)),
    median(ptask.map(({ peak_mb }) => peak_mb)),
  ];
  console.log(`| ${row.join(' | ')} |`);
}
