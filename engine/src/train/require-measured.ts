import { t } from '../../../l10n/src/words.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import type { Rows } from '../data/row-store.ts';
import { InputError } from '../errors.ts';
import { rowsOfTask } from '../evaluate/evaluate-rows.ts';
import { slotFormOf } from '../evaluate/slots.ts';

/** Metrics that only some answers have. */
type GeneratedMetric = 'slot_f1' | 'word_f1';

/**
 * Sees to it that a metric is measured of one of the tasks at least. That depends on the answers of their validation rows alone, not
 * on what is predicted, so that it holds for each epoch. Without validation rows nothing is chosen by it.
 * @param templates those of the run's tasks, all with an `answer_field`
 * @throws InputError
 */
export function requireMeasured(metric: GeneratedMetric, templates: readonly TaskTemplate[], validation: Rows): void {
  const measured = new Map(
    templates.flatMap((template) => {
      const rows = rowsOfTask(validation, template.taskname);
      return rows.length === 0 ? [] : [[template.taskname, measureOf(template, validation, rows)] as const];
    }),
  );
  const others = new Set(measured.values());
  if (others.size === 0 || others.has(metric)) return;
  const choices = [...others, 'accuracy', 'loss'].join(', ');
  const names = [...measured.keys()].join(', ');
  throw new InputError(
    metric === 'slot_f1'
      ? t(
          '"trainer.val_metric": slot_f1 needs answers that are all intents and slots, and the validation rows of {0} have others; choose one of {1}',
          names,
          choices,
        )
      : t(
          '"trainer.val_metric": word_f1 is for free text, and the answers of the validation rows of {0} are labels, or intents and slots; choose one of {1}',
          names,
          choices,
        ),
  );
}

/** What is measured of a task's predictions beside the accuracy. */
function measureOf(
  { labels, answer_field }: TaskTemplate,
  store: Rows,
  rows: readonly number[],
): GeneratedMetric | 'macro_f1' {
  if (labels) return 'macro_f1';
  const answers = rows.map((row) => String(store.row(row)[answer_field!] ?? '').trim());
  return slotFormOf(answers) ? 'slot_f1' : 'word_f1';
}
