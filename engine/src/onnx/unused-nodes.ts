import type { Graph } from './graph.ts';

/**
 * Takes away nodes that no output of the graph depends on, and initialisers that no node reads. The runtime would run those
 * nodes: such as the end of a layer that is computed again for its backward pass, which needs all but the result.
 */
export function dropUnused(graph: Graph): void {
  const used = new Set(graph.outputs.map((value) => value.name));
  const kept = graph.nodes.toReversed().filter(({ inputs, outputs, attributes }) => {
    if (!outputs.some((value) => value && used.has(value.name))) return false;
    for (const value of inputs) if (value) used.add(value.name);
    for (const attribute of Object.values(attributes)) {
      // A body may read values of the graph around it.
      if (typeof attribute === 'object' && 'graph' in attribute) {
        for (const node of attribute.graph.nodes) for (const value of node.inputs) if (value) used.add(value.name);
      }
    }
    return true;
  });
  graph.nodes.splice(0, graph.nodes.length, ...kept.reverse());
  for (const value of graph.initializers.keys()) if (!used.has(value.name)) graph.initializers.delete(value);
}
