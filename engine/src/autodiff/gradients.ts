import type { Node, Value } from '../onnx/graph.ts';
import { add } from '../onnx/operators.ts';
import { type GradientRule, regions } from './gradient-rule.ts';
import { ruleFor } from './rules.ts';

interface Step {
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  readonly rule: GradientRule;
}

/**
 * Appends the backward pass (reverse-mode differentiation) to the graph that holds `output` and returns the gradient of
 * each of `targets`: the product of `seed`, the gradient of `output` of the same shape, with the Jacobian.
 * Only nodes on a path from a target to the output get a gradient, so nothing is computed for frozen weights.
 * Throws where an operator on such a path has no rule, and where a target does not reach the output.
 */
export function gradients(output: Value, seed: Value, targets: readonly Value[]): Value[] {
  // Keyed by name: one value may go by several shapes (`withShape`).
  const found = new Map<string, Value>([[output.name, seed]]);
  const steps = stepsOf(output.graph.nodes, output);
  const active = reachableFrom(targets, steps);
  for (const step of steps.toReversed()) {
    const outputGradients = step.outputs.map((value) => value && found.get(value.name));
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    const wanted = step.inputs.map((value) => value !== undefined && active.has(value.name));
    if (!wanted.includes(true)) continue;
    const inputGradients = step.rule(outputGradients, wanted);
    step.inputs.forEach((input, i) => {
      const gradient = inputGradients[i];
      if (!input || !wanted[i] || !gradient) return;
      const sum = found.get(input.name);
      found.set(input.name, sum ? add(sum, gradient) : gradient);
    });
  }
  return targets.map((target) => {
    const gradient = found.get(target.name);
    if (!gradient) throw new Error(`${output.name} does not depend on ${target.name}`);
    return gradient;
  });
}

function stepsOf(nodes: readonly Node[], output: Value): Step[] {
  const custom = new Map(regions(output.graph).map((region) => [region.start, region]));
  const steps: Step[] = [];
  for (let i = 0; i < nodes.length; ) {
    const region = custom.get(i);
    // A region without nodes of its own would never be passed over.
    if (region && region.end > i) {
      steps.push(region);
      i = region.end;
    } else {
      const node = nodes[i]!;
      steps.push({
        inputs: node.inputs,
        outputs: node.outputs,
        rule: (gradient, wanted) => ruleFor(node)(node, gradient, wanted),
      });
      i++;
    }
  }
  return steps;
}

function reachableFrom(targets: readonly Value[], steps: readonly Step[]): Set<string> {
  const active = new Set(targets.map((target) => target.name));
  for (const step of steps) {
    if (!step.inputs.some((value) => value && active.has(value.name))) continue;
    for (const value of step.outputs) if (value) active.add(value.name);
  }
  return active;
}
