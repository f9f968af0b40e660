import { t } from '../../../l10n/src/words.ts';
import { likenessKey } from '../../../task/src/data/text-hash.ts';
import { parseTemplate } from '../../../task/src/template.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { RowSubset } from '../data/row-subset.ts';
import type { Row } from '../data/tokenise.ts';
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
 * depends on the seed alone. Rows of each task are spread evenly, and those that would count as leaked (`data-leak`), whatever their
 * answers, are in one part.
 * @throws InputError where a task has fewer different rows than there are folds: some would measure nothing, or a prompt of no rows
 */
export function foldsOf(plan: TrainingPlan, count: number): Fold[] {
  const { train, tasks, project } = plan;
  const rows = Array.from({ length: train.size }, (_, row) => row);
  const order = Random.fromSeed(project.file.trainer.seed).fork('folds').shuffle(rows);
  const foldOf = new Map<number, number>();
  let different = 0;
  for (const [name, { template }] of tasks) {
    const keyOf = inputKey(template);
    const foldOfKey = new Map<number, number>();
    for (const row of order.filter((row) => train.taskname(row) === name)) {
      const key = keyOf?.(train.row(row)) ?? row;
      const fold = foldOfKey.get(key) ?? different++ % count;
      foldOfKey.set(key, fold);
      foldOf.set(row, fold);
    }
    if (foldOfKey.size < count)
      throw new InputError(
        t("{0} folds need {0} different training rows or more, and '{1}' has {2}", count, name, foldOfKey.size),
      );
  }
  return Array.from({ length: count }, (_, fold) => {
    const kept = rows.filter((row) => foldOf.get(row) !== fold);
    const held = rows.filter((row) => foldOf.get(row) === fold);
    return { plan: withRows(plan, new RowSubset(train, kept)), held };
  });
}

/** What tells a row's texts from those of others, its answer apart; undefined where the template has no other field. */
function inputKey(template: TaskTemplate): ((row: Row) => number) | undefined {
  const { segments } = parseTemplate(template.prompt_template, template.virtual_token_splits);
  const fields = segments.flatMap((segment) =>
    segment.kind === 'field' && segment.name !== template.answer_field ? [segment.name] : [],
  );
  return fields.length === 0 ? undefined : (row) => likenessKey(fields.map((field) => String(row[field] ?? '')));
}
