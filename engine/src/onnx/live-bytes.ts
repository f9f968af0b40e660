import { ELEMENT_BYTES } from './element-bytes.ts';
import { frozenValues } from './frozen-values.ts';
import type { Dim, Graph, Node, Value } from './graph.ts';

/** Operators whose result is their first input's memory by another name. */
const VIEWS = new Set(['Reshape', 'Identity', 'Unsqueeze', 'Squeeze', 'Flatten']);

/** Operators that the runtime lets write over an input of the same size that nobody reads later. */
const IN_PLACE = new Set(['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Exp', 'Log', 'Sqrt', 'Tanh', 'Sigmoid', 'Relu', 'Erf']);

/**
 * The most bytes of values that are in memory at once while the nodes run in their order, each value from its node to its last
 * use. Weights are left out, with what comes of nothing else, and so is what a node takes for itself while it runs.
 * @param sizes the named sizes of the graph's inputs
 * @param named whether the runtime knows the sizes of all values by name (`serializeModel`): memory that a value is done with
 *   then stays for the next one of its shape, if there is one
 * @throws Error where a shape has a name that neither they nor a reshape explain
 */
export function peakLiveBytes(graph: Graph, sizes: Readonly<Record<string, number>>, named = false): number {
  const counts = new ElementCounts(graph, sizes);
  const frozen = frozenValues(graph);
  const lastUse = lastUses(graph);
  const end = graph.nodes.length;
  const plan = new MemoryPlan(named);
  // The caller's, until the run has ended.
  for (const input of graph.inputs) plan.take(input, bytesOf(input, counts.of(input)), { from: 0, lastUse: end });
  graph.nodes.forEach((node, at) => {
    for (const output of node.outputs) {
      if (!output) continue;
      const bytes = bytesOf(output, counts.ofOutput(node, output));
      if (!frozen.has(output.name))
        plan.put(node, output, bytes, { from: at, lastUse: lastUse.get(output.name) ?? at });
    }
    plan.endNode(node, at);
  });
  return plan.mostAtOnce(end);
}

/** From the node that first writes to memory to the last that reads it. */
interface Lifetime {
  readonly from: number;
  lastUse: number;
}

interface Buffer extends Lifetime {
  readonly bytes: number;
  /** The value that it was made for. */
  readonly root: Value;
}

/** Which memory each value has, as the runtime plans it before a run. */
class MemoryPlan {
  private readonly buffers: Buffer[] = [];
  private readonly byValue = new Map<string, Buffer>();
  private readonly doneWith: BuffersByShape | undefined;

  constructor(named: boolean) {
    this.doneWith = named ? new BuffersByShape() : undefined;
  }

  take(value: Value, bytes: number, lifetime: Lifetime): void {
    const buffer = { ...lifetime, bytes, root: value };
    this.buffers.push(buffer);
    this.byValue.set(value.name, buffer);
  }

  /** A node's result: in memory that is there, or in some of its own. Views of weights take nothing. */
  put(node: Node, output: Value, bytes: number, lifetime: Lifetime): void {
    const isView = VIEWS.has(node.opType);
    const taken = isView
      ? this.byValue.get(node.inputs[0]!.name)
      : (this.overwritten(node, bytes, lifetime.from) ?? this.doneWith?.take(output));
    if (taken) {
      taken.lastUse = Math.max(taken.lastUse, lifetime.lastUse);
      this.byValue.set(output.name, taken);
    } else if (!isView) this.take(output, bytes, lifetime);
  }

  endNode({ inputs, outputs }: Node, at: number): void {
    for (const value of [...inputs, ...outputs]) {
      const buffer = value && this.byValue.get(value.name);
      if (buffer?.lastUse === at) this.doneWith?.add(buffer);
    }
  }

  mostAtOnce(end: number): number {
    const change = new Array<number>(end + 2).fill(0);
    for (const { bytes, from, lastUse } of this.buffers) {
      change[from]! += bytes;
      change[lastUse + 1]! -= bytes;
    }
    let live = 0;
    let peak = 0;
    for (const bytes of change) {
      live += bytes;
      peak = Math.max(peak, live);
    }
    return peak;
  }

  /** The memory of an input that a node's result is written over. */
  private overwritten({ opType, inputs }: Node, bytes: number, at: number): Buffer | undefined {
    if (!IN_PLACE.has(opType)) return undefined;
    return inputs
      .map((input) => this.byValue.get(input?.name ?? ''))
      .find((buffer) => buffer?.bytes === bytes && buffer.lastUse === at);
  }
}

/** Memory that is done with. The runtime takes what was so last. */
class BuffersByShape {
  private readonly byShape = new Map<string, Set<Buffer>>();

  add(buffer: Buffer): void {
    const key = shapeKey(buffer.root);
    const alike = this.byShape.get(key) ?? new Set();
    this.byShape.set(key, alike.add(buffer));
  }

  take(value: Value): Buffer | undefined {
    // A scalar has its own.
    const alike = value.shape.length === 0 ? undefined : this.byShape.get(shapeKey(value));
    const last = alike && [...alike].at(-1);
    if (last) alike.delete(last);
    return last;
  }
}

function shapeKey({ type, shape }: Value): string {
  return `${ELEMENT_BYTES[type]} ${shape}`;
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
