import { expect, it } from 'vitest';
import { buildStepGraph } from '../../engine/src/train/step-graph.ts';
import { openGolden } from './backbone-checks.ts';
import { backbonesOfEachForm, type GoldenBackbone, goldenBackbones } from './golden.ts';

/** Operators of a training step with their attributes, and the types and ranks of what they take. */
async function kindsOfNodes(backbones: readonly GoldenBackbone[]): Promise<Set<string>> {
  const kinds = new Set<string>();
  for (const { dir } of backbones) {
    const backbone = await openGolden(dir);
    if (typeof backbone === 'string') throw new Error(backbone);
    for (const places of ['prefix', 'tokens'] as const) {
      const { graph } = buildStepGraph(backbone.architecture, places, { gradient: true });
      for (const { opType, attributes, inputs } of graph.nodes) {
        // What is a number depends on the sizes of a model.
        const forms = Object.entries(attributes).map(([key, value]) =>
          typeof value === 'string' || Array.isArray(value) ? `${key}=${value}` : key,
        );
        const operands = inputs.map((value) => (value ? `${value.type}[${value.shape.length}]` : 'none'));
        kinds.add([opType, ...forms.sort(), ...operands].join(' '));
      }
    }
  }
  return kinds;
}

it('the backbones of each form have every kind of node that any backbone has', async () => {
  const all = await kindsOfNodes(goldenBackbones());
  expect(all.size).toBeGreaterThan(50);
  expect(await kindsOfNodes(backbonesOfEachForm(false))).toEqual(all);
});
