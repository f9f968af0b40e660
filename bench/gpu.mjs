/**
 * Training steps of ptask on a GPU and of Hugging Face PEFT on the same one, in turn. Prints a Markdown table: medians over the
 * rounds, with the smallest and largest, in milliseconds a step. `gpu.sh` sets up what it needs on a bare machine.
 *
 *     node bench/gpu.mjs --models DIR,DIR --python python3 [--ways cuda:float16,webgpu:float32] [--rounds 3]
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { median, peftStep, ptaskStep, shapeOf, spread } from './training-step.mjs';

const { values } = parseArgs({
  options: {
    models: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    shapes: { type: 'string', default: '10x32x16,10x128x16,100x32x16,100x128x16,10x32x64' },
    ways: { type: 'string', default: 'cuda:float32,cuda:float16,webgpu:float32,webgpu:float16' },
    peft: { type: 'string', default: 'cuda:bfloat16' },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '20' },
  },
});

const ways = values.ways.split(',').map((way) => way.split(':'));
const [peftDevice, peftType] = values.peft.split(':');

console.log(`${gpu()}; PEFT on ${peftDevice} in ${peftType}; ${values.steps} steps a round, ${values.rounds} rounds\n`);
const heads = ways.flatMap(([device, precision]) => [`ptask ${device} ${precision}`, 'ratio']);
console.log(`| model | virtual | length | batch | PEFT | ${heads.join(' | ')} |`);
console.log(`|${'---|'.repeat(5 + heads.length)}`);
for (const model of values.models.split(',')) {
  for (const text of values.shapes.split(',')) {
    const shape = shapeOf(text);
    const peft = [];
    const ours = ways.map(() => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      peft.push(
        measured(() =>
          peftStep(values.python, model, shape, values.steps, ['--device', peftDevice, '--dtype', peftType]),
        ),
      );
      for (const [i, [device, precision]] of ways.entries()) {
        const options = ['--device', device, '--precision', precision, '--steps', values.steps];
        ours[i].push(measured(() => ptaskStep(model, shape, options)));
      }
    }
    const cells = ours.flatMap((times) => [cell(times), ratio(peft, times)]);
    console.log(`| ${[path.basename(model), ...Object.values(shape), cell(peft), ...cells].join(' | ')} |`);
  }
}

/** Milliseconds, or undefined where it cannot be done: no memory, no such device. Why is said on standard error. */
function measured(step) {
  try {
    return step().step_ms;
  } catch (error) {
    console.error(
      String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1),
    );
    return undefined;
  }
}

function cell(times) {
  return times.includes(undefined) ? 'fails' : spread(times);
}

function ratio(peft, times) {
  return [...peft, ...times].includes(undefined) ? '' : (median(peft) / median(times)).toFixed(1);
}

function gpu() {
  try {
    const query = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
    return execFileSync('nvidia-smi', query, { encoding: 'utf8' }).split('\n')[0];
  } catch {
    return 'no NVIDIA GPU';
  }
}
