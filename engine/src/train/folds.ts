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
 * @throws InputError where a task has fewer rows than there are folds: some would measure nothing, or a prompt of no rows
 */
export function foldsOf(plan: TrainingPlan, count: number): Fold[] {
  const { seed } = plan.project.file.trainer;
  const order = Random.fromSeed(seed)
    .fork('folds')
    .shuffle(Array.from({ length: plan.train.size }, (_, row) => row));
  const byTask = [...plan.tasks.keys()].flatMap((name) => {
    const rows = order.filter((row) => plan.train.taskname(row) === name);
    if (rows.length >= count) return rows;
    throw new InputError(t("{0} folds need {0} training rows or more, and '{1}' has {2}", count, name, rows.length));
  });
  const foldOf = new Map(byTask.map((row, place) => [row, place % count]));
  return Array.from({ length: count }, (_, fold) => {
    const kept = order.filter((row) => foldOf.get(row) !== fold).sort((a, b) => a - b);
    const held = byTask.filter((row) => foldOf.get(row) === fold).sort((a, b) => a - b);
    return { plan: withRows(plan, new RowSubset(plan.train, kept)), held };
  });
}
