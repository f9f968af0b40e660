import { createHash } from 'node:crypto';
import type { Graph, InitializerData, Node, Value } from './graph.ts';
import { dropUnused } from './unused-nodes.ts';

/** A value that depends on stored weights alone, and so never changes. */
export interface FrozenValue {
  /** The same for what is computed alike from the same bytes, in whichever graph. */
  readonly key: string;
  /** The files that it comes of, by their locations. */
  readonly locations: readonly string[];
  /** The graph's input that stands for it now. */
  readonly input: Value;
  /** Appends what computes it to another graph, which has no other values of this one's names. */
  copyTo(graph: Graph): Value;
}

/**
 * Takes stored weights, and what is made of them before they are used (casts, slices), out of a graph: each value that is
 * left over becomes an input. So they can be computed once, and shared by several graphs.
 * @param isWanted of the names of such values; the others stay in the graph, with what computes them
 */
export function takeFrozenPart(graph: Graph, isWanted: (name: string) => boolean = () => true): FrozenValue[] {
  const origins = new Map<string, Origin>();
  for (const [value, data] of graph.initializers) origins.set(value.name, storedOrigin(value, data));
  const outputs = new Set(graph.outputs.map((value) => value.name));
  const frozen: Node[] = [];
  const live: Node[] = [];
  for (const node of graph.nodes.splice(0)) {
    const from = node.inputs.map((input) => input && origins.get(input.name));
    const isFrozen =
      node.inputs.every((input, i) => !input || from[i]) &&
      from.some((origin) => origin && origin.locations.length > 0) &&
      !node.outputs.some((output) => output && outputs.has(output.name));
    if (!isFrozen) {
      live.push(node);
      continue;
    }
    frozen.push(node);
    node.outputs.forEach((output, i) => {
      if (output) origins.set(output.name, computedOrigin(node, i, from));
    });
  }
  const copies = new WeakMap<Graph, Map<string, Value>>();
  const taken = new Map<string, FrozenValue>();
  for (const input of live.flatMap((node) => node.inputs)) {
    const origin = input && origins.get(input.name);
    if (!input || !origin || origin.locations.length === 0 || taken.has(input.name) || !isWanted(input.name)) continue;
    const declared = { graph, name: input.name, type: input.type, shape: origin.shape };
    graph.inputs.push(declared);
    taken.set(input.name, {
      key: origin.key,
      locations: origin.locations,
      input: declared,
      copyTo: (other) => {
        const known = copies.get(other) ?? new Map<string, Value>();
        copies.set(other, known);
        return origin.copyTo(other, known);
      },
    });
  }
  for (const value of [...graph.initializers.keys()]) if (taken.has(value.name)) graph.initializers.delete(value);
  // The name stands for the input now.
  const renamed = (value: Value | undefined) =>
    value && taken.has(value.name) ? { ...value, name: graph.uniqueName('unread') } : value;
  graph.nodes.push(...frozen.map((node) => ({ ...node, outputs: node.outputs.map(renamed) })), ...live);
  dropUnused(graph);
  return [...taken.values()];
}

/** Where a value that never changes comes from. */
interface Origin {
  readonly key: string;
  readonly locations: readonly string[];
  readonly shape: Value['shape'];
  copyTo(graph: Graph, copied: Map<string, Value>): Value;
}

function storedOrigin(value: Value, data: InitializerData): Origin {
  const inline = ArrayBuffer.isView(data);
  return {
    key: inline
      ? `${value.type} ${value.shape} ${hash(data)}`
      : JSON.stringify([data.location, data.offset, value.type]),
    locations: inline ? [] : [data.location],
    shape: value.shape,
    copyTo: (graph, copied) =>
      remembered(copied, value.name, () => graph.initializer(value.name, value.type, value.shape as number[], data)),
  };
}

function computedOrigin(node: Node, place: number, from: readonly (Origin | undefined)[]): Origin {
  const keys = from.map((origin) => origin?.key ?? '');
  return {
    key: JSON.stringify([node.opType, node.attributes, place, ...keys]),
    locations: [...new Set(from.flatMap((origin) => origin?.locations ?? []))],
    shape: node.outputs[place]!.shape,
    copyTo: (graph, copied) =>
      remembered(copied, node.outputs[place]!.name, () => {
        const inputs = from.map((origin) => origin?.copyTo(graph, copied));
        const { domain, attributes } = node;
        const specs = node.outputs.map((output) => ({ type: output!.type, shape: output!.shape }));
        return graph.node(node.opType, inputs, specs, { domain, attributes })[place]!;
      }),
  };
}

function remembered(copied: Map<string, Value>, name: string, copy: () => Value): Value {
  const value = copied.get(name) ?? copy();
  copied.set(name, value);
  return value;
}

function hash({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}
