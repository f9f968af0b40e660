/**
 * What a training step's run takes, and its graph to load, by what the runtime is told of the sizes of values: one form in one
 * process, since a process keeps its memory. Prints a row of a Markdown table: CPU seconds of loading, MB that the first run adds
 * at its fullest (pages of mapped weights that it reads are among them), and a hash of the loss and the gradients.
 *
 *     npm run bench graph-memory -- --model DIR --sizes inputs|all|WINDOW [--recompute] [--length 100] [--batch 16]
 *
 * With a WINDOW (a number of nodes) all sizes are named, but those of values that the runtime makes in different windows differ in
 * name, so that memory waits for the next value of its shape no longer than that. Linux only.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { backboneOf } from '../engine/src/backbone/backbone.ts';
import { packBatch } from '../engine/src/data/packed-batch.ts';
import { frozenValues } from '../engine/src/onnx/frozen-values.ts';
import type { Dim, Graph, Node } from '../engine/src/onnx/graph.ts';
import { Session } from '../engine/src/runtime/session.ts';
import { float32 } from '../engine/src/runtime/tensor.ts';
import { longOf } from '../engine/src/train/batch-runs.ts';
import { buildStepGraph } from '../engine/src/train/step-graph.ts';
import { openModelFolder } from '../model/src/model-folder.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '' },
    sizes: { type: 'string', default: 'all' },
    recompute: { type: 'boolean', default: false },
    length: { type: 'string', default: '100' },
    batch: { type: 'string', default: '16' },
  },
});
const VIRTUAL = 10;

/**
 * The nodes of a step in the order in which the runtime runs them: depth first from the results, the last node first. A profile of
 * a GPT-2's step, with `recompute`, has its nodes in this order, those that the runtime puts together apart.
 */
function asRun(graph: Graph): number[] {
  const frozen = frozenValues(graph);
  const maker = new Map<string, number>();
  graph.nodes.forEach(({ outputs }, at) => {
    for (const output of outputs) if (output && !frozen.has(output.name)) maker.set(output.name, at);
  });
  const before = graph.nodes.map(({ inputs }) => {
    const makers = inputs.flatMap((input) => maker.get(input?.name ?? '') ?? []);
    return [...new Set(makers)].sort((a, b) => a - b);
  });
  const read = new Set(before.flat());
  const stack = [...new Set(maker.values())].filter((at) => !read.has(at)).map((at) => ({ at, isDone: false }));
  const seen = new Set<number>();
  const order: number[] = [];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { at, isDone } = next;
    if (isDone) order.push(at);
    if (isDone || seen.has(at)) continue;
    seen.add(at);
    stack.push({ at, isDone: true });
    for (const other of before[at]!) if (!seen.has(other)) stack.push({ at: other, isDone: false });
  }
  return order;
}

/** Names sizes apart by the window in which their value is made: `n + 0 * 7` is another name of n, and still the truth. */
function nameApart(graph: Graph, window: number): void {
  const outputs = new Set(graph.outputs);
  const apart = (dim: Dim, turn: number) => (typeof dim === 'number' ? dim : `${dim}+0*${Math.floor(turn / window)}`);
  asRun(graph).forEach((at, turn) => {
    const node = graph.nodes[at]!;
    const named: Node['outputs'] = node.outputs.map((value) =>
      value && !outputs.has(value) ? { ...value, shape: value.shape.map((dim) => apart(dim, turn)) } : value,
    );
    graph.nodes[at] = { ...node, outputs: named };
  });
}

function peakMegabytes(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
}

const opened = await openModelFolder(values.model, { tokenizer: 'optional' });
if (opened.kind !== 'ok') throw new Error(opened.problem);
const backbone = backboneOf(opened.model);
const { architecture, weightsFolder, model } = backbone;
const built = buildStepGraph(architecture, 'prefix', { gradient: true, recompute: values.recompute });
const { graph, inverses, windows, asksPlaces } = built;
const length = Number(values.length);
const rows = Array.from({ length: Number(values.batch) }, (_, n) => ({
  ids: Int32Array.from({ length }, (_, i) => (i < VIRTUAL ? -1 - i : n + i)),
  firstTarget: length - 2,
}));
const asked = { inverses, windows, asksPlaces, long: longOf(rows, backbone) };
const feeds = packBatch(rows, { ...asked, virtualTokens: VIRTUAL, places: 'prefix', weight: 1 });
const { hidden } = model.config;
const virtual = float32(
  Float32Array.from({ length: VIRTUAL * hidden }, (_, i) => Math.sin(i)),
  [VIRTUAL, hidden],
);

if (Number(values.sizes) > 0) nameApart(graph, Number(values.sizes));
const start = process.cpuUsage();
const session = await Session.create(graph, { weightsFolder, lean: values.sizes === 'inputs' });
const { user, system } = process.cpuUsage(start);
// The peak begins anew.
writeFileSync('/proc/self/clear_refs', '5');
const loaded = peakMegabytes();
const results = await session.run({ ...feeds, virtual });
const megabytes = peakMegabytes() - loaded;
await session.release();
const hash = createHash('sha256');
for (const name of Object.keys(results).sort()) {
  const { buffer, byteOffset, byteLength } = results[name]!.data;
  hash.update(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
}
const row = [values.sizes, ((user + system) / 1e6).toFixed(1), megabytes.toFixed(0), hash.digest('hex').slice(0, 8)];
console.log(`| ${row.join(' | ')} |`);
