/**
 * How long the runtime takes to load a training step's graph, with the sizes of all values said by name and without (`lean`), in
 * turn. Prints a Markdown table: milliseconds by the number of layers, medians.
 *
 *     npm run bench graph-loading -- --models DIR,DIR,… [--rounds 5] [--recompute]
 */
import { parseArgs } from 'node:util';
import { backboneOf } from '../engine/src/backbone/backbone.ts';
import { Session } from '../engine/src/runtime/session.ts';
import { buildStepGraph } from '../engine/src/train/step-graph.ts';
import { openModelFolder } from '../model/src/model-folder.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    recompute: { type: 'boolean', default: false },
  },
});

async function milliseconds(dir: string, lean: boolean): Promise<{ layers: number; nodes: number; time: number }> {
  const opened = await openModelFolder(dir, { tokenizer: 'optional' });
  if (opened.kind !== 'ok') throw new Error(opened.problem);
  const { architecture, model, weightsFolder } = backboneOf(opened.model);
  const { graph } = buildStepGraph(architecture, 'prefix', { gradient: true, recompute: values.recompute });
  const start = performance.now();
  const session = await Session.create(graph, { weightsFolder, lean });
  const time = performance.now() - start;
  await session.release();
  return { layers: model.config.layers, nodes: graph.nodes.length, time };
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

console.log('| layers | nodes | sizes of inputs alone, ms | of all values, ms | ratio |\n|---|---|---|---|---|');
for (const dir of values.models.split(',')) {
  const rounds: { lean: number; named: number }[] = [];
  let of = await milliseconds(dir, false);
  for (let n = 0; n < Number(values.rounds); n++) {
    const [lean, named] = [await milliseconds(dir, true), await milliseconds(dir, false)];
    rounds.push({ lean: lean.time, named: named.time });
    of = named;
  }
  const [lean, named] = [median(rounds.map((round) => round.lean)), median(rounds.map((round) => round.named))];
  const ratio = (lean / named).toFixed(1);
  console.log(`| ${of.layers} | ${of.nodes} | ${lean.toFixed(0)} | ${named.toFixed(0)} | ${ratio} |`);
}
