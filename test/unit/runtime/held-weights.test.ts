import { expect, it } from 'vitest';
import { weightsHeld } from '../../../engine/src/runtime/held-weights.ts';
import { BackboneStep, type TaskRow } from '../../../engine/src/train/backbone-step.ts';
import { goldenBackbone, someVirtual } from '../train/small-backbone.ts';

it('what is made of weights beforehand is there once for all sessions, and goes with the last of them', async () => {
  const backbone = await goldenBackbone();
  const virtual = new Map([['a', someVirtual(2, backbone.model.config.hidden)]]);
  const batch: TaskRow[] = [{ taskname: 'a', row: { ids: Int32Array.of(-1, -2, 3, 4), firstTarget: 3 } }];
  const steps = [1, 2].map(() => new BackboneStep(backbone, { precision: 'int8', prepack: false }));
  const held = [];
  for (const step of steps) {
    await step.run(batch, virtual);
    held.push(weightsHeld());
  }
  expect(held[0]!.tensors).toBeGreaterThan(0);
  expect(held[1]).toEqual(held[0]);
  await steps[0]!.release();
  expect(weightsHeld()).toEqual(held[0]);
  await steps[1]!.release();
  expect(weightsHeld()).toEqual({ tensors: 0, bytes: 0 });
});
