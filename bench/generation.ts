/**
 * Greedy decoding behind a trained prompt, by ptask and by Hugging Face PEFT on the same folder, in turn: how long rows take to get
 * so many tokens each, and each token after the first. Prints a Markdown table: medians over rounds, with the smallest and largest.
 *
 *     npm run bench generation -- MODEL-FOLDER [--python python3] [--rounds 3] [--shapes ROWSxLENGTHxNEW,…] [--virtual 20]
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { backboneOf } from '../engine/src/backbone/backbone.ts';
import { Predictor } from '../engine/src/predict/predictor.ts';
import { Random } from '../engine/src/random.ts';
import { openModelFolder } from '../model/src/model-folder.ts';

interface Times {
  readonly one: number;
  readonly all: number;
}

const { values, positionals } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '3' },
    shapes: { type: 'string', default: '1x32x32,4x32x32,16x32x32,32x32x32' },
    virtual: { type: 'string', default: '20' },
  },
  allowPositionals: true,
});
const folder = positionals[0]!;
const opened = await openModelFolder(folder, { tokenizer: 'optional' });
if (opened.kind !== 'ok') throw new Error(opened.problem);
const { hidden, vocabSize } = opened.model.config;
const virtual = Number(values.virtual);
const random = Random.fromSeed(0);
const predictor = new Predictor(backboneOf(opened.model), { spins: true });
const prefix = await predictor.cachePrefix(
  Int32Array.from({ length: virtual }, (_, i) => -1 - i),
  Float32Array.from({ length: virtual * hidden }, () => 0.02 * random.uniform(-1, 1)),
);

async function ptask(count: number, length: number, tokens: number): Promise<Times> {
  const rows = Array.from({ length: count }, () => ({
    ids: Int32Array.from({ length }, () => random.integer(vocabSize)),
    position: virtual,
    branches: [],
  }));
  const generate = async (most: number) => {
    const start = performance.now();
    await predictor.generate(prefix, rows, undefined, most);
    return performance.now() - start;
  };
  await generate(2);
  return { all: await generate(tokens), one: await generate(1) };
}

function peft(rows: string, length: string, tokens: string): Times {
  const script = new URL('../../../bench/peft_generate.py', import.meta.url).pathname;
  const given = { model: folder, virtual: values.virtual, rows, length, new: tokens };
  const options = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
  return JSON.parse(
    execFileSync(values.python, [script, ...options], { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
  );
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const spread = (numbers: readonly number[]) =>
  `${Math.round(median(numbers))} (${Math.round(Math.min(...numbers))}–${Math.round(Math.max(...numbers))})`;

console.log(
  `${cpus()[0]!.model}, ${cpus().length} processors; ${opened.model.config.modelType}; ${values.rounds} rounds\n`,
);
console.log('| rows | length | new tokens | PEFT, ms | ptask, ms | ratio | PEFT, ms a token | ptask, ms a token |');
console.log('|---|---|---|---|---|---|---|---|');
for (const shape of values.shapes.split(',')) {
  const [rows, length, tokens] = shape.split('x') as [string, string, string];
  const theirs: Times[] = [];
  const ours: Times[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    theirs.push(peft(rows, length, tokens));
    ours.push(await ptask(Number(rows), Number(length), Number(tokens)));
  }
  const all = (times: readonly Times[]) => times.map((time) => time.all);
  const each = (times: readonly Times[]) => times.map((time) => (time.all - time.one) / (Number(tokens) - 1));
  const ratio = (median(all(theirs)) / median(all(ours))).toFixed(1);
  const cells = [
    rows,
    length,
    tokens,
    spread(all(theirs)),
    spread(all(ours)),
    ratio,
    spread(each(theirs)),
    spread(each(ours)),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
await predictor.release();
