import type { Backbone } from '../backbone/backbone.ts';
import { commonPrefixLength } from '../data/packed-batch.ts';
import { type FullRun, stepMemory } from './step-memory.ts';

/**
 * Whether the weights of a model for which `mayPrepack` is false are laid out for the product kernel all the same: where that
 * takes no more memory than a run spares as what its rows begin with, a prompt above all, goes through the backbone once and
 * not for each row. A step then takes some hundredths less time (bench/README.md), and no more memory than if it shared nothing.
 */
export function layoutPays(backbone: Backbone, run: FullRun, recompute: boolean): boolean {
  // Memory that waits for the next value of its shape is hardly more where nothing is shared, so that none of it is spared.
  const form = { gradient: true, recompute, int8: false, lean: true };
  const memory = (prepack: boolean) => stepMemory(backbone, run, { ...form, prepack });
  const [mapped, laidOut] = [memory(false), memory(true)];
  const taken = laidOut.mapped + laidOut.copies - mapped.mapped - mapped.copies;
  const { computed, shared } = tokensOf(run);
  const spared = (mapped.live / computed) * (run.rows.length - 1) * shared;
  return spared >= taken;
}

/** Tokens that go through the backbone, and those among them that all rows share. */
function tokensOf({ rows }: FullRun): { computed: number; shared: number } {
  const shared = commonPrefixLength(rows);
  const own = rows.reduce((sum, { ids }) => sum + ids.length - 1 - shared, 0);
  return { computed: shared + own, shared };
}
