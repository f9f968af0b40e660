import { fixedBytes } from './element-bytes.ts';
import { frozenValues } from './frozen-values.ts';
import type { Graph, Node, Value } from './graph.ts';

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
  const users = new Map<string, Node[]>();
  const values = new Map<string, Value>([...graph.initializers.keys()].map((value) => [value.name, value]));
  for (const node of graph.nodes) {
    const folded = frozen.has(node.outputs[0]?.name ?? '');
    for (const output of node.outputs) if (output && folded) values.set(output.name, output);
    if (folded) continue;
    for (const input of node.inputs) {
      if (input && frozen.has(input.name)) users.set(input.name, [...(users.get(input.name) ?? []), node]);
    }
  }
  let mapped = 0;
  let copies = 0;
  for (const [name, nodes] of users) {
    const value = values.get(name)!;
    const bytes = fixedBytes(value);
    const packing = prepack ? nodes.filter((node) => PRODUCTS.has(node.opType) && node.inputs[1]?.name === name) : [];
    copies += packing.length * bytes;
    // What is packed everywhere is let go of.
    if (packing.length === nodes.length) continue;
    if (graph.initializers.has(value)) mapped += bytes;
    else copies += bytes;
  }
  return { mapped, copies };
}
