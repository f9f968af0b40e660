import type { Graph, Node, Value } from '../onnx/graph.ts';

/**
 * Gradients of a function's outputs → gradients of its inputs. `wanted[i]` is false where input i's gradient is not
 * needed; an undefined output gradient is zero.
 */
export type GradientRule = (outputGradients: (Value | undefined)[], wanted: boolean[]) => (Value | undefined)[];

/** Gradients of a node's outputs → gradients of its inputs; see `GradientRule` for the conventions. */
export type OperatorRule = (
  node: Node,
  outputGradients: (Value | undefined)[],
  wanted: boolean[],
) => (Value | undefined)[];

/** Consecutive nodes that the backward pass treats as one operator with a rule of its own. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly rule: GradientRule;
}

const regionsOf = new WeakMap<Graph, Region[]>();

/**
 * Runs `forward`, whose nodes the backward pass will not look into: `rule` gives their gradient as a whole. For
 * functions whose derivative is cheaper, or numerically better, than the derivatives of their nodes put together.
 */
export function withGradient(inputs: readonly Value[], forward: () => Value[], rule: GradientRule): Value[] {
  const graph = inputs[0]!.graph;
  const start = graph.nodes.length;
  const outputs = forward();
  // Rules of functions inside this one are not asked for: it has one of its own for all of it.
  const regions = (regionsOf.get(graph) ?? []).filter((region) => region.end <= start);
  regions.push({ start, end: graph.nodes.length, inputs, outputs, rule });
  regionsOf.set(graph, regions);
  return outputs;
}

export function regions(graph: Graph): readonly Region[] {
  return regionsOf.get(graph) ?? [];
}
