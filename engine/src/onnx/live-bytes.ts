import { ELEMENT_BYTES } from './element-bytes.ts';
import { frozenValues } from './frozen-values.ts';
import type { Dim, Graph, Node, Value } from './graph.ts';

/** Operators whose result is their first input's memory by another name. */
const VIEWS = new Set(['Reshape', 'Identity', 'Unsqueeze', 'Squeeze', 'Flatten']);

/** Operators that the runtime lets write over an input of the same size that nobody reads later. */
const IN_PLACE = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Neg',
  'Exp',
  'Log',
  'Sqrt',
  'Tanh',
  'Sigmoid',
  'Relu',
  'Erf',
  'Softmax',
  'LogSoftmax',
]);

/**
 * The most bytes of values that are in memory at once while the nodes run in their order, each value from its node to its last
 * use. Weights are left out, with what comes of nothing else, and so is what a node takes for itself while it runs.
 * @param sizes the named sizes of the graph's inputs
 * @throws Error where a shape has a name that neither they nor a reshape explain
 */
export function peakLiveBytes(graph: Graph, sizes: Readonly<Record<string, number>>): number {
  const counts = new ElementCounts(graph, sizes);
  const frozen = frozenValues(graph);
  const memory = new Map<string, Buffer>();
  const lastUse = lastUses(graph);
  let live = 0;
  let peak = 0;
  for (const input of graph.inputs) {
    // The caller's, until the run has ended.
    const buffer = { bytes: bytesOf(input, counts.of(input)), lastUse: graph.nodes.length };
    memory.set(input.name, buffer);
    live += buffer.bytes;
  }
  graph.nodes.forEach((node, at) => {
    for (const output of node.outputs) {
      if (!output) continue;
      const bytes = bytesOf(output, counts.ofOutput(node, output));
      const reused = reusedBy(node, at, bytes, memory);
      const ends = lastUse.get(output.name) ?? at;
      if (reused) {
        reused.lastUse = Math.max(reused.lastUse, ends);
        memory.set(output.name, reused);
        continue;
      }
      // Views of weights take nothing.
      if (VIEWS.has(node.opType) || frozen.has(output.name)) continue;
      const buffer: Buffer = { bytes, lastUse: ends };
      memory.set(output.name, buffer);
      live += bytes;
    }
    peak = Math.max(peak, live);
    for (const value of [...node.inputs, ...node.outputs]) {
      const buffer = value && memory.get(value.name);
      if (!buffer || buffer.lastUse > at || buffer.freed) continue;
      buffer.freed = true;
      live -= buffer.bytes;
    }
  });
  return peak;
}

interface Buffer {
  readonly bytes: number;
  lastUse: number;
  freed?: boolean;
}

/** The memory that a node's result is another name of, or is written over. */
function reusedBy(
  { opType, inputs }: Node,
  at: number,
  bytes: number,
  memory: ReadonlyMap<string, Buffer>,
): Buffer | undefined {
  if (VIEWS.has(opType)) return memory.get(inputs[0]!.name);
  if (!IN_PLACE.has(opType)) return undefined;
  return inputs
    .map((input) => memory.get(input?.name ?? ''))
    .find((buffer) => buffer?.bytes === bytes && buffer.lastUse === at);
}

function bytesOf(value: Value, count: number): number {
  return count * ELEMENT_BYTES[value.type];
}

function lastUses(graph: Graph): Map<string, number> {
  const last = new Map<string, number>();
  graph.nodes.forEach((node, at) => {
    // The runtime asks the first value of the same named sizes for a shape, not this one.
    if (node.opType === 'Shape') return;
    for (const input of node.inputs) if (input) last.set(input.name, at);
  });
  // Outputs stay until the run's end.
  for (const output of graph.outputs) last.set(output.name, graph.nodes.length);
  // A view keeps what it is a view of.
  for (const { opType, inputs, outputs } of graph.nodes.toReversed()) {
    if (!VIEWS.has(opType)) continue;
    const [input, view] = [inputs[0]!.name, outputs[0]!.name];
    last.set(input, Math.max(last.get(input) ?? 0, last.get(view) ?? 0));
  }
  return last;
}

/** How many elements each value has. Shapes hold names; what a name means is learnt from reshapes, which keep the number. */
class ElementCounts {
  private readonly sizes: Map<string, number>;
  private readonly known = new Map<string, number>();

  constructor(graph: Graph, sizes: Readonly<Record<string, number>>) {
    this.sizes = new Map(Object.entries(sizes));
    for (const input of graph.inputs) this.known.set(input.name, this.product(input.shape));
    for (const value of graph.initializers.keys()) this.known.set(value.name, this.product(value.shape));
  }

  of(value: Value): number {
    return this.known.get(value.name)!;
  }

  ofOutput(node: Node, output: Value): number {
    const count = this.count(node, output);
    this.known.set(output.name, count);
    return count;
  }

  private count(node: Node, output: Value): number {
    if (VIEWS.has(node.opType)) {
      const kept = this.of(node.inputs[0]!);
      this.learn(output.shape, kept);
      return kept;
    }
    const alike = node.inputs.find((input) => input && sameShape(input.shape, output.shape));
    return alike ? this.of(alike) : this.product(output.shape);
  }

  /** A size that only this shape's number of elements tells, such as that of several axes put together. */
  private learn(shape: readonly Dim[], count: number): void {
    const open = shape.filter((dim): dim is string => typeof dim === 'string' && !this.isBase(dim));
    if (open.length !== 1) return;
    const rest = this.product(shape.filter((dim) => dim !== open[0]));
    if (rest > 0) this.sizes.set(open[0]!, count / rest);
  }

  private isBase(dim: string): boolean {
    return /^[a-z_]+$/.test(dim) && this.sizes.has(dim) && dim !== 'all';
  }

  private product(shape: readonly Dim[]): number {
    return shape.reduce((product: number, dim) => product * this.size(dim), 1);
  }

  /** A sum of products of names and numbers. */
  private size(dim: Dim): number {
    if (typeof dim === 'number') return dim;
    const known = this.sizes.get(dim);
    if (known !== undefined) return known;
    const terms = dim.split('+');
    if (terms.length > 1) return terms.reduce((sum, term) => sum + this.size(term), 0);
    const factors = dim.split('*');
    if (factors.length > 1) return factors.reduce((product, factor) => product * this.size(factor), 1);
    const number = Number(dim);
    if (!Number.isFinite(number)) throw new Error(`nothing says how large '${dim}' is`);
    return number;
  }
}

function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** The named sizes of a graph's inputs, as these tensors have them. */
export function namedSizes(
  inputs: readonly Value[],
  tensors: Readonly<Record<string, { readonly dims: readonly number[] }>>,
): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { name, shape } of inputs) {
    shape.forEach((dim, axis) => {
      const size = tensors[name]?.dims[axis];
      if (typeof dim === 'string' && size !== undefined) sizes[dim] = size;
    });
  }
  return sizes;
}
