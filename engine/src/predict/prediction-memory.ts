import type { Backbone } from '../backbone/backbone.ts';
import { isLong } from '../backbone/long-rows.ts';
import { type BranchedRow, packRows } from '../data/packed-rows.ts';
import { useFewRowProducts } from '../onnx/few-row-products.ts';
import type { Graph } from '../onnx/graph.ts';
import { namedSizes, peakLiveBytes } from '../onnx/live-bytes.ts';
import { unpackAtUse } from '../onnx/unpack-at-use.ts';
import { sum } from '../vectors.ts';
import { MAX_NEW_TOKENS } from './greedy-decoding.ts';
import { type Past, PRESENT, RoomyPast, slotsAtMost } from './past.ts';
import { branchParts, lengthOf, queriesOf, rowBatches } from './row-batches.ts';
import { queriesARun, unpacksAtUse } from './row-runs.ts';
import { buildRowsGraph, type RowsOutput } from './rows-graph.ts';

/*
 * What a `Predictor` takes on the CPU besides weights, in bytes, for rows that it is asked about at once. It is reckoned from the
 * graphs that are run. Rows are behind the same prefix, and have at least one token each.
 */

/** To score the rows' branches. */
export function scoringBytes(backbone: Backbone, rows: readonly BranchedRow[]): number {
  const queries = queriesARun(backbone.model);
  const parts = rows.flatMap((row) => {
    const { branches } = row;
    const all = branchParts(branches, [...branches.keys()], queries);
    return all.map((numbers) => ({ ...row, branches: numbers.map((n) => branches[n]!) }));
  });
  const batches = rowBatches(parts, { rows: parts.length, queries });
  return mostBytes(parts, batches, (batch) => runBytes(backbone, batch, 'picked').bytes);
}

/** To continue the rows greedily: for a batch's first run, which has the most tokens, and for the keys and values that are kept. */
export function decodingBytes(backbone: Backbone, rows: readonly BranchedRow[]): number {
  const batches = rowBatches(rows, { rows: rows.length, queries: queriesARun(backbone.model) }, MAX_NEW_TOKENS);
  return mostBytes(rows, batches, (batch) => {
    const { bytes, graph } = runBytes(backbone, batch, 'next', new RoomyPast({}, batch.length));
    const slots = slotsAtMost(Math.max(...batch.map(({ ids }) => ids.length)), MAX_NEW_TOKENS);
    return bytes + batch.length * slots * bytesASlot(graph);
  });
}

/** Of the batches of most tokens, with padding, and of most logits: one of them is the fullest. */
function mostBytes(
  rows: readonly BranchedRow[],
  numbers: readonly (readonly number[])[],
  bytesOf: (batch: readonly BranchedRow[]) => number,
): number {
  if (numbers.length === 0) return 0;
  const batches = numbers.map((batch) => batch.map((n) => rows[n]!));
  const most = (sizeOf: (batch: readonly BranchedRow[]) => number) =>
    batches.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
  const slots = ({ ids, branches }: BranchedRow) => ids.length + sum(branches.map(({ length }) => length));
  const fullest = [
    most((batch) => batch.length * Math.max(...batch.map(slots))),
    most((batch) => sum(batch.map(({ branches }) => queriesOf(branches)))),
  ];
  return Math.max(...[...new Set(fullest)].map(bytesOf));
}

function runBytes(
  { architecture, model, longRowsOver }: Backbone,
  rows: readonly BranchedRow[],
  output: RowsOutput,
  past?: Past,
): { readonly bytes: number; readonly graph: Graph } {
  const virtualTokens = rows.reduce((most, { ids }) => Math.max(most, -Math.min(...ids)), 0);
  const places = virtualTokens > 0 ? 'tokens' : 'none';
  const { graph, ...asked } = buildRowsGraph(architecture, { places, output, ...(past && { past: past.asks }) });
  if (past && rows.length > 1) useFewRowProducts(graph);
  if (unpacksAtUse(model)) unpackAtUse(graph);
  const given = { prefix: Math.max(1, rows[0]!.position), past: past?.length ?? 0 };
  const feeds = packRows(past ? rows.map((row, n) => ({ ...row, past: past.rows[n]! })) : rows, {
    ...{ ...asked, ...given, prefixHidden: false, places, virtualTokens, vocabSize: model.config.vocabSize },
    long: longRowsOver === undefined ? undefined : isLong(Math.max(...rows.map(lengthOf)), longRowsOver),
  });
  const sizes = { ...namedSizes(graph.inputs, feeds), ...given, rows: rows.length, virtual: virtualTokens };
  return { bytes: peakLiveBytes(graph, sizes, true), graph };
}

/** Of the keys and values of one token of one row, in all layers. */
function bytesASlot(graph: Graph): number {
  const kept = graph.outputs.filter(({ name }) => name.startsWith(PRESENT));
  const numbers = kept.map(({ shape }) => (shape[0] as number) * (shape.at(-1) as number));
  return Float32Array.BYTES_PER_ELEMENT * sum(numbers);
}
