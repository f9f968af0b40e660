import type { Architecture, LayerContext } from '../backbone/architecture.ts';
import { attendAll, type HeadGroup, Masks, type Projection, scoringOf } from '../backbone/attention.ts';
import { embedTokens } from '../backbone/embed-tokens.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import { reshape, split, transpose } from '../onnx/operators.ts';
import { sum } from '../vectors.ts';

export interface PrefixGraph {
  readonly graph: Graph;
  readonly windows: readonly number[];
  readonly asksPlaces: boolean;
}

/**
 * The keys and values of a prefix that many rows share: inputs of `embedTokens` for its tokens, and `prefix_mask`
 * [1, tokens, tokens], also for each window, with the places of keys (see `Masks`); outputs `prefix_key_<layer>`,
 * `prefix_value_<layer>` [heads, tokens, head size].
 */
export function buildPrefixGraph(architecture: (graph: Graph) => Architecture, places: 'none' | 'tokens'): PrefixGraph {
  const graph = new Graph();
  const backbone = architecture(graph);
  const masks = new Masks(graph, { prefix_mask: [1, 'tokens', 'tokens'] }, backbone.slopes);
  const { parts, positions } = embedTokens(graph, backbone, places);
  let x = parts;
  for (let i = 0; i < backbone.layers; i++) {
    const attend: LayerContext['attend'] = (projections, window) => {
      const { query, key, value } = byHead(projections, backbone.headSize);
      graph.output(`prefix_key_${i}`, key);
      graph.output(`prefix_value_${i}`, value);
      const mask = masks.get('prefix_mask', window);
      const context = attendAll({ query, key, value, mask }, scoringOf(backbone, i));
      return reshape(transpose(context, [1, 0, 2]), ['tokens', Number(query.shape[0]) * backbone.headSize]);
    };
    // The last layer's own output is used by nothing, and the runtime leaves it out.
    const everything = { positions, wanted: (all: Value) => all, wantedPositions: positions, allWanted: true };
    x = [backbone.layer(i, x, { attend, ...everything })];
  }
  return { graph, windows: masks.windows, asksPlaces: masks.asksPlaces };
}

/** Projections [tokens, Σ heads · head size] → [heads, tokens, head size] for each role. */
function byHead(projections: readonly Projection[], headSize: number): Record<HeadGroup['role'], Value> {
  const parts = projections.flatMap(({ value, groups }) => {
    const heads = groups.map((group) => group.heads);
    const rows = transpose(reshape(value, ['tokens', sum(heads), headSize]), [1, 0, 2]);
    const pieces = groups.length === 1 ? [rows] : split(rows, 0, heads);
    return groups.map((group, i) => [group.role, pieces[i]!] as const);
  });
  return Object.fromEntries(parts) as Record<HeadGroup['role'], Value>;
}
