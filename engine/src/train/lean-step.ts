import type { Graph } from '../onnx/graph.ts';

/** About 28 layers of a GPT-2 whose activations are computed again. */
const MOST_NODES = 8_000;

/**
 * Whether a session of a step's graph gives memory back at once (`SessionOptions.lean`), rather than loading fast. Where activations
 * are computed again, memory counts for more than the seconds that loading takes, up to graphs so deep that it would take half a
 * minute. bench/README.md tells why naming sizes costs memory here, and what did not help against it.
 */
export function isLean(graph: Graph, recompute: boolean): boolean {
  return recompute && graph.nodes.length <= MOST_NODES;
}
