import type { Backbone } from '../backbone/backbone.ts';
import { isLong } from '../backbone/long-rows.ts';
import { type BranchedRow, packRows } from '../data/packed-rows.ts';
import { useFewRowProducts } from '../onnx/few-row-products.ts';
import type { Graph } from '../onnx/graph.ts';
import { namedSizes, peakLiveBytes } from '../onnx/live-bytes.ts';
import { unpackAtUse } from '../onnx/unpack-at-use.ts';
import { MAX_NEW_TOKENS } from './greedy-decoding.ts';
import { PRESENT, RoomyPast, slotsAtMost } from './past.ts';
import { lengthOf, rowBatches } from './row-batches.ts';
import { queriesARun, unpacksAtUse } from './row-runs.ts';
import { buildRowsGraph } from './rows-graph.ts';

/**
 * Bytes that greedy decoding takes on the CPU besides weights, reckoned from the graph: of a batch's first run, which has the most
 * tokens, and of the keys and values that are kept for the tokens after them.
 * @param rows behind a prefix, of at least one token each
 */
export function decodingBytes(backbone: Backbone, rows: readonly BranchedRow[]): number {
  const budget = { rows: rows.length, queries: queriesARun(backbone.model) };
  const batches = rowBatches(rows, budget, MAX_NEW_TOKENS).map((numbers) => numbers.map((n) => rows[n]!));
  return Math.max(0, ...batches.map((batch) => bytesOfBatch(backbone, batch)));
}

function bytesOfBatch({ architecture, model, longRowsOver }: Backbone, rows: readonly BranchedRow[]): number {
  const virtualTokens = rows.reduce((most, { ids }) => Math.max(most, -Math.min(...ids)), 0);
  const places = virtualTokens > 0 ? 'tokens' : 'none';
  const { graph, ...asked } = buildRowsGraph(architecture, { places, output: 'next', past: 'new' });
  if (rows.length > 1) useFewRowProducts(graph);
  if (unpacksAtUse(model)) unpackAtUse(graph);
  const past = new RoomyPast({}, rows.length);
  const given = { prefix: Math.max(1, rows[0]!.position), past: past.length };
  const feeds = packRows(
    rows.map((row, n) => ({ ...row, past: past.rows[n]! })),
    {
      ...{ ...asked, ...given, prefixHidden: false, places, virtualTokens, vocabSize: model.config.vocabSize },
      long: longRowsOver === undefined ? undefined : isLong(Math.max(...rows.map(lengthOf)), longRowsOver),
    },
  );
  const sizes = { ...namedSizes(graph.inputs, feeds), ...given, rows: rows.length, virtual: virtualTokens };
  const tokens = Math.max(...rows.map(({ ids }) => ids.length));
  return peakLiveBytes(graph, sizes) + rows.length * slotsAtMost(tokens, MAX_NEW_TOKENS) * bytesASlot(graph);
}

/** Of the keys and values of one token of one row, in all layers. */
function bytesASlot(graph: Graph): number {
  const kept = graph.outputs.filter(({ name }) => name.startsWith(PRESENT));
  const numbers = kept.map(({ shape }) => (shape[0] as number) * (shape.at(-1) as number));
  return Float32Array.BYTES_PER_ELEMENT * numbers.reduce((sum, count) => sum + count, 0);
}
