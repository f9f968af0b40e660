import type { PrecisionLosses } from '../../../protocol/src/training-events.ts';
import type { Stepper } from './backbone-step.ts';
import type { TrainingPlan } from './plan.ts';
import { spreadRows } from './spread-rows.ts';

/** Rows that are compared: a step's worth of time. */
export const COMPARED = 64;

/**
 * What a lower precision of steps costs: the loss of held-out rows with the same prompts, as steps compute it and in float32, in which
 * losses alone and predictions are always computed. Undefined where steps are in float32, or without validation rows.
 */
export async function precisionLosses(
  plan: TrainingPlan,
  virtual: ReadonlyMap<string, Float32Array>,
  step: Stepper,
): Promise<PrecisionLosses | undefined> {
  if (plan.project.file.trainer.precision === 'float32' || plan.validation.size === 0) return undefined;
  const rows = spreadRows(plan.validation, COMPARED);
  const { loss } = await step.run(rows, virtual);
  const { loss: float32 } = await step.loss(rows, virtual);
  return { rows: rows.length, loss, float32_loss: float32 };
}
