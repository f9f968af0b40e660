import { expect, it, vi } from 'vitest';
import { Predictor } from '../../engine/src/predict/predictor.ts';
import { weightsHeld } from '../../engine/src/runtime/held-weights.ts';
import { Session } from '../../engine/src/runtime/session.ts';
import { BackboneStep, type TaskRow } from '../../engine/src/train/backbone-step.ts';
import { goldenBackbone, someVirtual } from '../unit/train/small-backbone.ts';

const provider = 'webgpu';

it('a step, a loss and predictions share one copy of the weights, which goes with the last of them', async () => {
  const backbone = await goldenBackbone();
  const virtual = someVirtual(2, backbone.model.config.hidden);
  const row: TaskRow = { taskname: 'a', row: { ids: Int32Array.of(-1, -2, 3, 5, 7, 2), firstTarget: 4 } };
  const step = new BackboneStep(backbone, { provider });
  const predictor = new Predictor(backbone, { provider });
  await step.run([row], new Map([['a', virtual]]));
  const first = weightsHeld();
  const stored = [...backbone.model.weights.values()].reduce((sum, { length }) => sum + length, 0);
  // The last layer's fused projection lies there in two parts, which the loss has in common with the step.
  expect(first.bytes).toBe(stored);

  await step.loss([row], new Map([['a', virtual]]));
  expect(weightsHeld()).toEqual(first);
  const prefix = await predictor.cachePrefix(Int32Array.of(-1, -2, 3), virtual);
  const asked = [{ ids: Int32Array.of(5, 7), position: 3, branches: [] }];
  const run = vi.spyOn(Session.prototype, 'runKeeping');
  await predictor.generate(prefix, asked, undefined, 3);
  // Keys and values of the prefix and of earlier tokens stay where they are; at first there is no earlier token.
  for (const [n, [feeds]] of run.mock.calls.entries()) {
    const types = (kind: string) =>
      Object.keys(feeds)
        .filter((name) => name.startsWith(kind))
        .map((name) => feeds[name]!.type);
    expect(new Set(types('prefix_key'))).toEqual(new Set(['held']));
    if (n > 0) expect(new Set(types('past_value'))).toEqual(new Set(['held']));
  }
  expect(run).toHaveBeenCalledTimes(3);
  run.mockRestore();
  // It computes the last layer's keys and values with the whole projection.
  const all = weightsHeld();
  expect(all.bytes).toBeLessThan(1.2 * first.bytes);

  await step.release();
  expect(weightsHeld().bytes).toBeGreaterThan(0);
  await predictor.release();
  expect(weightsHeld()).toEqual({ tensors: 0, bytes: 0 });
});
