import type { Graph, Node, Value } from './graph.ts';

/** Appends nodes that compute the same as `node` to its graph, and returns what stands for its outputs. */
export type Rewrite = (node: Node) => readonly (Value | undefined)[];

/**
 * Writes the nodes of some operators in other ones, for a provider that has no fast form of them. It changes the graph
 * that it is given; the outputs of a node that is replaced keep their names. Bodies of control flow are left alone.
 */
export function rewriteNodes(graph: Graph, rewrites: Readonly<Record<string, Rewrite>>): void {
  for (const node of graph.nodes.splice(0)) {
    const rewrite = rewrites[node.opType];
    if (!rewrite) {
      graph.nodes.push(node);
      continue;
    }
    const found = rewrite(node);
    node.outputs.forEach((output, i) => {
      const value = found[i];
      if (!output || !value) return;
      // The runtime takes it out again when it loads the graph.
      graph.nodes.push({ opType: 'Identity', domain: '', inputs: [value], outputs: [output], attributes: {} });
    });
  }
}
