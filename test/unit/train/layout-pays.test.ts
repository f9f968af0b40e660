import { describe, expect, it, vi } from 'vitest';
import { fitRun } from '../../../engine/src/train/fit.ts';
import { layoutPays } from '../../../engine/src/train/layout-pays.ts';
import { planTraining } from '../../../engine/src/train/plan.ts';
import { goldenBackbone } from './small-backbone.ts';
import { open, writeProject } from './small-project.ts';

// No model is small, so that none has a second layout anyhow.
vi.mock('../../../engine/src/train/prepacking.ts', async (original) => ({
  ...(await original()),
  mayPrepack: () => false,
}));

/** Rows that begin with so many virtual tokens, and have eight of their own. */
function run(virtualTokens: number, count: number) {
  const rows = Array.from({ length: count }, (_, row) => {
    const ids = Int32Array.from({ length: virtualTokens + 8 }, (_, i) => (i < virtualTokens ? -1 - i : row + i));
    return { ids, firstTarget: ids.length - 2 };
  });
  return { rows, virtualTokens };
}

describe('a second layout of the weights', async () => {
  const backbone = await goldenBackbone();

  it('is paid for by a prompt that many rows share', () => {
    expect(layoutPays(backbone, run(60, 32), false)).toBe(true);
  });

  it.each([
    ['few rows share', 60, 2],
    ['is short', 1, 32],
  ])('is not paid for by a prompt that %s', (_, virtualTokens, count) => {
    expect(layoutPays(backbone, run(virtualTokens, count), false)).toBe(false);
  });

  it('is paid for less where activations are not kept', () => {
    const fewest = (recompute: boolean) =>
      Array.from({ length: 25 }, (_, i) => 4 * (i + 1)).find((tokens) =>
        layoutPays(backbone, run(tokens, 4), recompute),
      )!;
    expect(fewest(true)).toBeGreaterThan(fewest(false));
  });

  it.each([
    ['share their prompt', 40, true],
    ['are alone', 1, false],
  ])(
    'is or is not in front of the ways in which a run is made to fit whose rows %s',
    async (_, batch_size, prepack) => {
      const template = {
        taskname: 'mood',
        prompt_template: '<|VIRTUAL_PROMPT_0|> {text}: {label}',
        total_virtual_tokens: 40,
        answer_only_loss: true,
        answer_field: 'label',
        labels: { good: [], bad: [] },
      };
      const rows = Array.from({ length: 40 }, (_, n) => ({
        taskname: 'mood',
        text: `${n}`,
        label: n % 2 ? 'good' : 'bad',
      }));
      const file = writeProject(
        { task_templates: [template], data: { train_ds: ['rows.jsonl'] }, trainer: { batch_size } },
        { 'rows.jsonl': rows },
      );
      const plan = await planTraining(await open(file), []);
      expect(fitRun(plan, 'cpu', 2 ** 40).fit).toEqual({ tokensARun: 2048, recompute: false, prepack });
      expect(fitRun(plan, 'cpu', 0).fit.prepack).toBe(false);
      expect(fitRun(plan, 'webgpu', 2 ** 40).fit.prepack).toBe(false);
    },
  );
});
