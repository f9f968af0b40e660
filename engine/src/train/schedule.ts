import { t } from '../../../l10n/src/words.ts';
import { InputError } from '../errors.ts';

export interface Schedule {
  readonly name: 'CosineAnnealing' | 'constant';
  readonly warmupSteps: number;
  /** What the learning rate falls to; only the cosine falls. */
  readonly minLr: number;
}

/**
 * The learning rate of a step, as NeMo 1.10's WarmupPolicy and CosineAnnealing give it (`nemo/core/optim/lr_scheduler.py`):
 * it rises in equal parts over the warm-up, and then falls along half a cosine.
 * @param step from 0
 * @param maxSteps the run's number of steps; later steps get `minLr`
 * @param lr the highest learning rate
 * @throws InputError where `minLr` is above `lr`
 */
export function learningRate(schedule: Schedule, step: number, maxSteps: number, lr: number): number {
  const { name, warmupSteps, minLr } = schedule;
  if (name === 'CosineAnnealing' && minLr > lr)
    throw new InputError(t("the schedule's min_lr {0} is above the learning rate {1}", minLr, lr));
  if (warmupSteps > 0 && step <= warmupSteps) return (lr * (step + 1)) / (warmupSteps + 1);
  if (name === 'constant') return lr;
  if (step > maxSteps) return minLr;
  const progress = (step - warmupSteps) / (maxSteps - warmupSteps);
  return minLr + (lr - minLr) * 0.5 * (1 + Math.cos(Math.PI * progress));
}
