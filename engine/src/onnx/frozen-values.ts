import type { Graph } from './graph.ts';

/** The names of initialisers and of values that come of them alone, which the runtime computes once, when it loads the graph. */
export function frozenValues(graph: Graph): ReadonlySet<string> {
  const frozen = new Set([...graph.initializers.keys()].map((value) => value.name));
  for (const { inputs, outputs } of graph.nodes) {
    if (!inputs.every((input) => !input || frozen.has(input.name))) continue;
    for (const output of outputs) if (output) frozen.add(output.name);
  }
  return frozen;
}
