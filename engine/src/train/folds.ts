import { t } from '../../../l10n/src/words.ts';
import { RowSubset } from '../data/row-subset.ts';
import { InputError } from '../errors.ts';
import { Random } from '../random.ts';
import { type TrainingPlan, withRows } from './plan.ts';

export interface Fold {
  /** Trains on the other rows. */
  readonly plan: TrainingPlan;
  /** Numbers of the rows that it is measured on, in the whole plan's training rows. */
  readonly held: readonly number[];
}

/**
 * Cross-validation: the training rows in so many parts of like size, each of which is held out once. Which row is in which part
 * depends on the seed alone. Rows of each task are spread evenly.
 * @throws InputError where there are fewer rows than folds
 */
export function foldsOf(plan: TrainingPlan, count: number): Fold[] {
  if (plan.train.size < count) {
    throw new InputError(t('{0} folds need {0} training rows or more, and there are {1}', count, plan.train.size));
  }
  const { seed } = plan.project.file.trainer;
  const order = Random.fromSeed(seed)
    .fork('folds')
    .shuffle(Array.from({ length: plan.train.size }, (_, row) => row));
  const byTask = [...plan.tasks.keys()].flatMap((name) => order.filter((row) => plan.train.taskname(row) === name));
  const foldOf = new Map(byTask.map((row, place) => [row, place % count]));
  return Array.from({ length: count }, (_, fold) => {
    const kept = order.filter((row) => foldOf.get(row) !== fold).sort((a, b) => a - b);
    const held = byTask.filter((row) => foldOf.get(row) === fold).sort((a, b) => a - b);
    return { plan: withRows(plan, new RowSubset(plan.train, kept)), held };
  });
}
