import { fixedBytes } from './element-bytes.ts';
import { frozenValues } from './frozen-values.ts';
import type { Graph, Node } from './graph.ts';

/** Products whose second operand the runtime may keep in the layout of its kernel. */
const PRODUCTS = new Set(['Gemm', 'MatMul', 'FusedMatMul', 'MatMulIntegerToFloat']);

export interface WeightBytes {
  /** Of weights that are read from their files while the graph runs. */
  readonly mapped: number;
  /** Of what the runtime makes of weights when it loads the graph, and keeps: casts, slices, packed matrices. */
  readonly copies: number;
}

/** @param prepack whether the session packs constant matrices; each product has its own */
export function weightBytes(graph: Graph, prepack: boolean): WeightBytes {
  const frozen = frozenValues(graph);
  const isFolded = ({ outputs }: Node): boolean => frozen.has(outputs[0]?.name ?? '');
  const folded = graph.nodes.filter(isFolded).flatMap(({ outputs }) => outputs);
  const users = usersOf(graph.nodes.filter((node) => !isFolded(node)));
  let mapped = 0;
  let copies = 0;
  for (const value of [...graph.initializers.keys(), ...folded]) {
    const nodes = value && users.get(value.name);
    if (!nodes) continue;
    const bytes = fixedBytes(value);
    const packing = prepack
      ? nodes.filter((node) => PRODUCTS.has(node.opType) && node.inputs[1]?.name === value.name)
      : [];
    copies += packing.length * bytes;
    // What is packed everywhere is let go of.
    if (packing.length === nodes.length) continue;
    if (graph.initializers.has(value)) mapped += bytes;
    else copies += bytes;
  }
  return { mapped, copies };
}

/** By the name of a value, the nodes that read it: once for each time that they do. */
function usersOf(nodes: readonly Node[]): ReadonlyMap<string, readonly Node[]> {
  const users = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const input of node.inputs) if (input) users.set(input.name, [...(users.get(input.name) ?? []), node]);
  }
  return users;
}
