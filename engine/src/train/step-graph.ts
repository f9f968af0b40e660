import { gradients } from '../autodiff/gradients.ts';
import { selectRows } from '../autodiff/rows.ts';
import type { Architecture } from '../backbone/architecture.ts';
import { type InverseInput, PrefixAttention } from '../backbone/attention.ts';
import { embedTokens } from '../backbone/embed-tokens.ts';
import { throughLayers } from '../backbone/through-layers.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import { gather } from '../onnx/operators.ts';
import { dropUnused } from '../onnx/unused-nodes.ts';
import { crossEntropy } from './cross-entropy.ts';

export interface StepGraph {
  readonly graph: Graph;
  readonly inverses: readonly InverseInput[];
  readonly windows: readonly number[];
  readonly asksPlaces: boolean;
}

export interface StepGraphOptions {
  /** Whether the gradient is wanted, or the loss alone. */
  readonly gradient: boolean;
  /** A layer's activations are not kept for the backward pass. */
  readonly recompute?: boolean;
  /** An input `loss_scale` (scalar), which the gradient comes multiplied by. */
  readonly lossScale?: boolean;
}

/**
 * The backbone's half of a training step: virtual embeddings and a batch of token rows of one task → loss and the
 * gradient of the virtual embeddings, nothing else. It does not know which prompt encoder made the embeddings.
 *
 * Inputs besides those of `PrefixAttention` and `embedTokens`, all filled by `packBatch`:
 * `query_tokens` [queries], `query_inverse` [tokens]; `targets`, `weights` [queries, 1].
 * Outputs: `loss` (scalar) and, unless only the loss is wanted, `losses` [queries, 1], its summands, and `d_virtual`
 * [virtual, hidden].
 */
export function buildStepGraph(
  architecture: (graph: Graph) => Architecture,
  places: 'prefix' | 'tokens',
  options: StepGraphOptions = { gradient: true },
): StepGraph {
  const graph = new Graph();
  const backbone = architecture(graph);
  const attention = new PrefixAttention(graph, backbone, { prefix: 'computed' });

  const embedded = embedTokens(graph, backbone, places);
  const queryTokens = graph.input('query_tokens', 'int32', ['queries']);
  const queryInverse = graph.input('query_inverse', 'int32', ['tokens']);
  const select = (x: Value) => selectRows(x, queryTokens, queryInverse);

  const queries = { select, positions: gather(embedded.positions, queryTokens) };
  const answers = throughLayers(backbone, attention, embedded, queries, options.gradient && options.recompute);
  const { loss, losses } = crossEntropy(
    backbone.logits(answers),
    graph.input('targets', 'int64', ['queries', 1]),
    graph.input('weights', 'float32', ['queries', 1]),
  );
  graph.output('loss', loss);
  if (options.gradient) {
    graph.output('losses', losses);
    const seed = options.lossScale ? graph.input('loss_scale', 'float32', []) : graph.float(1);
    const [gradient] = gradients(loss, seed, [embedded.virtual!]);
    graph.output('d_virtual', gradient!);
  }
  dropUnused(graph);
  const { inverses, windows, asksPlaces } = attention;
  return { graph, inverses, windows, asksPlaces };
}
