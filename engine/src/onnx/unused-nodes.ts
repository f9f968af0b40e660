import type { Graph, Node } from './graph.ts';

/**
 * Takes away nodes that no output of the graph depends on, and initialisers that no node reads. The runtime would run those
 * nodes: such as the end of a layer that is computed again for its backward pass, which needs all but the result.
 */
export function dropUnused(graph: Graph): void {
  const used = new Set(graph.outputs.map((value) => value.name));
  const kept = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((value) => value && used.has(value.name))) return false;
    for (const name of namesRead(node)) used.add(name);
    return true;
  });
  graph.nodes.splice(0, graph.nodes.length, ...kept.reverse());
  for (const value of graph.initializers.keys()) if (!used.has(value.name)) graph.initializers.delete(value);
}

/** A body may read values of the graph around it. */
function namesRead({ inputs, attributes }: Node): string[] {
  const bodies = Object.values(attributes).flatMap((attribute) =>
    typeof attribute === 'object' && 'graph' in attribute ? [attribute.graph] : [],
  );
  return [...inputs.flatMap((value) => value?.name ?? []), ...bodies.flatMap(({ nodes }) => nodes.flatMap(namesRead))];
}
