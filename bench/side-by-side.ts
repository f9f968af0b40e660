/**
 * Steps of several runs side by side over one backbone, beside the same steps one after the other in the same session: how much the
 * runs of `ptask train --seeds` and `--folds` save by going through the model together. Prints a Markdown table: medians over
 * rounds in which the two take turns, with the smallest and largest. `runs` says in how many runs of the graph the
 * rows of all prompts went together.
 *
 *     npm run bench side-by-side -- MODEL-FOLDER [--rounds 7] [--shapes PROMPTSxVIRTUALxLENGTHxBATCH,…]
 */
import { parseArgs } from 'node:util';
import { backboneOf } from '../engine/src/backbone/backbone.ts';
import { Random } from '../engine/src/random.ts';
import { BackboneStep, type PromptedBatch } from '../engine/src/train/backbone-step.ts';
import { batchRuns, TOKENS_A_RUN } from '../engine/src/train/batch-runs.ts';
import { openModelFolder } from '../model/src/model-folder.ts';

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    shapes: { type: 'string', default: '4x5x8x1,4x5x8x2,8x5x8x2,8x5x8x4,8x10x16x4,10x10x32x8' },
  },
  allowPositionals: true,
});
const opened = await openModelFolder(positionals[0]!, { tokenizer: 'optional' });
if (opened.kind !== 'ok') throw new Error(opened.problem);
const backbone = backboneOf(opened.model);
const { hidden, vocabSize } = opened.model.config;
const step = new BackboneStep(backbone);
const random = Random.fromSeed(0);

function prompted(virtual: number, length: number, rows: number): PromptedBatch {
  return {
    batch: Array.from({ length: rows }, () => {
      const ids = Int32Array.from({ length: virtual + length }, (_, i) =>
        i < virtual ? -1 - i : random.integer(vocabSize),
      );
      return { taskname: 'a', row: { ids, firstTarget: ids.length - 2 } };
    }),
    virtual: new Map([['a', Float32Array.from({ length: virtual * hidden }, () => 0.02 * random.uniform(-1, 1))]]),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const spread = (numbers: readonly number[]) =>
  `${Math.round(median(numbers))} (${Math.round(Math.min(...numbers))}–${Math.round(Math.max(...numbers))})`;

console.log('| prompts | virtual | length | batch | runs | one after the other, ms | together, ms | saved |');
console.log('|---|---|---|---|---|---|---|---|');
for (const shape of values.shapes.split(',')) {
  const [prompts, virtual, length, rows] = shape.split('x').map(Number) as [number, number, number, number];
  const batches = Array.from({ length: prompts }, () => prompted(virtual, length, rows));
  const runs = batchRuns(
    batches.map(({ batch }) => batch),
    { tokens: TOKENS_A_RUN },
    vocabSize,
  ).length;
  const apart: number[] = [];
  const together: number[] = [];
  for (let round = 0; round <= Number(values.rounds); round++) {
    const alone = await timed(async () => {
      for (const { batch, virtual: own } of batches) await step.run(batch, own);
    });
    const joint = await timed(() => step.runTogether(batches));
    // The first round makes sessions.
    if (round === 0) continue;
    apart.push(alone);
    together.push(joint);
  }
  const saved = Math.round(100 * (1 - Math.min(...together) / Math.min(...apart)));
  console.log(
    `| ${[prompts, virtual, length, rows, runs, spread(apart), spread(together), `${saved} %`].join(' | ')} |`,
  );
}
await step.release();
