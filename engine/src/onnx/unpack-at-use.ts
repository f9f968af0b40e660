import { fixedBytes } from './element-bytes.ts';
import { frozenValues } from './frozen-values.ts';
import type { Graph, Node, Value } from './graph.ts';
import { after, gather, likeNode } from './operators.ts';

/** Weights of fewer bytes are unpacked once: norms and biases, which together are next to nothing. */
const SMALL = 64 * 1024;

/**
 * Weights in half precision are cast to float32, which the runtime does when it loads the graph, for good: a second copy of
 * them all in memory. This casts each where and when it is used, so that one is unpacked at a time. The results are the
 * same; a step takes longer by the time it takes to read the weights. Rows that are gathered are cast after gathering.
 * @param small bytes of a stored weight below which it is left as it is
 */
export function unpackAtUse(graph: Graph, small = SMALL): void {
  const unpacked = new UnpackedWeights(graph, small);
  for (const node of graph.nodes.splice(0)) {
    if (unpacked.has(node.outputs[0])) continue;
    const moving = node.inputs.find((input) => input && !unpacked.isFrozen(input));
    if (!moving || !node.inputs.some((input) => unpacked.has(input))) {
      graph.nodes.push(node);
      continue;
    }
    const cast = unpacked.castOf(node.inputs[0]);
    if (node.opType === 'Gather' && cast) {
      const rows = gather(cast.inputs[0]!, node.inputs[1]!, node.attributes.axis as number);
      graph.nodes.push({ ...cast, inputs: [rows], outputs: node.outputs });
    } else {
      const inputs = node.inputs.map((input) => (unpacked.has(input) ? unpacked.again(input!, moving) : input));
      graph.nodes.push({ ...node, inputs });
    }
  }
}

/** Values that come of weights in half precision and of nothing that is known only when the graph runs. */
class UnpackedWeights {
  private readonly graph: Graph;
  private readonly small: number;
  private readonly producers = new Map<string, Node>();
  private readonly frozen: ReadonlySet<string>;

  constructor(graph: Graph, small: number) {
    this.graph = graph;
    this.small = small;
    this.frozen = frozenValues(graph);
    for (const node of graph.nodes) {
      if (!this.frozen.has(node.outputs[0]!.name)) continue;
      if (node.inputs.some((input) => input && (this.isStored(input) || this.has(input)))) {
        this.producers.set(node.outputs[0]!.name, node);
      }
    }
  }

  has(value: Value | undefined): boolean {
    return value !== undefined && this.producers.has(value.name);
  }

  isFrozen(value: Value): boolean {
    return this.frozen.has(value.name);
  }

  /** The cast that `value` is, where it is one of a whole weight. */
  castOf(value: Value | undefined): Node | undefined {
    const node = value && this.producers.get(value.name);
    return node?.opType === 'Cast' && this.isStored(node.inputs[0]!) ? node : undefined;
  }

  /** `value` once more, not before `moving`. */
  again(value: Value, moving: Value): Value {
    const node = this.producers.get(value.name);
    if (!node) return this.isStored(value) ? after(value, moving) : value;
    return likeNode(
      node,
      node.inputs.map((input) => this.again(input!, moving)),
    )[0]!;
  }

  private isStored(value: Value): boolean {
    if (!this.graph.initializers.has(value) || !['float16', 'bfloat16'].includes(value.type)) return false;
    return fixedBytes(value) >= this.small;
  }
}
