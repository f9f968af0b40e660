import type { Architecture } from '../backbone/architecture.ts';
import { type InverseInput, PrefixAttention } from '../backbone/attention.ts';
import { embedTokens } from '../backbone/embed-tokens.ts';
import { throughLayers } from '../backbone/through-layers.ts';
import { Graph } from '../onnx/graph.ts';
import { argMax, gather, logSoftmax, reshape } from '../onnx/operators.ts';

/**
 * What is asked of the logits at the queries: `picked`, the log-probabilities at `picks` (indices into
 * [queries · vocab]); `next`, the most probable token of each query; or the `logits` themselves.
 */
export type RowsOutput = 'picked' | 'next' | 'logits';

export interface RowsGraph {
  readonly graph: Graph;
  readonly inverses: readonly InverseInput[];
  readonly windows: readonly number[];
  readonly asksPlaces: boolean;
}

/**
 * The forward pass over rows behind a cached prefix. Filled by `packRows`. With `past`, each row also has keys and
 * values of its own earlier tokens as inputs `past_key_<layer>`, `past_value_<layer>` [heads, rows, past, head size].
 * Outputs `present_…` of the same form then are those of the `new` tokens, or of `all`, the new ones last.
 */
export function buildRowsGraph(
  architecture: (graph: Graph) => Architecture,
  options: { places: 'none' | 'tokens'; output: RowsOutput; past?: 'all' | 'new' },
): RowsGraph {
  const graph = new Graph();
  const backbone = architecture(graph);
  const attention = new PrefixAttention(graph, backbone, {
    prefix: 'cached',
    ...(options.past && { past: options.past }),
  });
  const embedded = embedTokens(graph, backbone, options.places);
  const queryTokens = graph.input('query_tokens', 'int32', ['queries']);
  const answers = throughLayers(backbone, attention, embedded, {
    select: (x) => gather(x, queryTokens),
    positions: gather(embedded.positions, queryTokens),
  });
  const logits = backbone.logits(answers);
  if (options.output === 'picked') {
    const picks = graph.input('picks', 'int64', ['picks']);
    graph.output('picked', gather(reshape(logSoftmax(logits), [logits.shape.join('*')]), picks));
  } else {
    graph.output(options.output, options.output === 'next' ? argMax(logits, 1) : logits);
  }
  const { inverses, windows, asksPlaces } = attention;
  return { graph, inverses, windows, asksPlaces };
}
