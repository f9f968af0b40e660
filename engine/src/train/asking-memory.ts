import type { BranchedRow } from '../data/packed-rows.ts';
import { decodingBytes, scoringBytes } from '../predict/prediction-memory.ts';
import type { TaskRow } from './batch-runs.ts';
import type { TrainingPlan } from './plan.ts';

/**
 * How many sessions ask the prompts for something: one runs what rows begin with; one the rows, for labels after each epoch and for
 * the likelihood of texts in the end; and one generates texts, where the best epoch is chosen by them.
 */
export function askingSessions(plan: TrainingPlan): number {
  const templates = [...plan.tasks.values()].map(({ template }) => template);
  if (templates.every(({ answer_field }) => answer_field === null)) return 0;
  return generates(plan) ? 3 : 2;
}

/** Whether the best epoch is chosen by texts that the prompts generate. */
function generates({ tasks, project }: TrainingPlan): boolean {
  return (
    project.file.trainer.val_metric !== 'loss' &&
    [...tasks.values()].some(({ template }) => template.answer_field !== null && !template.labels)
  );
}

/**
 * Bytes for the answers of a task's validation rows: the likelihood of each label, or of the row's own text, and texts that are
 * generated.
 * @param rows that stand for all of them
 */
export function askingBytes(plan: TrainingPlan, rows: readonly TaskRow[]): number {
  const { backbone } = plan.project;
  const texts = generates(plan);
  const bytes = [...plan.tasks].map(([name, { template, tokeniser }]) => {
    if (template.answer_field === null) return { scored: 0, generated: 0 };
    const labels = template.labels && Object.keys(template.labels).map((label) => tokeniser.answer(label));
    const leading = tokeniser.leading().length;
    const asked = rows.flatMap(({ taskname, row: { ids, firstTarget } }): BranchedRow[] => {
      if (taskname !== name) return [];
      const end = template.answer_only_loss ? firstTarget : ids.length;
      const position = Math.min(leading, end - 1);
      return [
        {
          ids: ids.slice(position, end),
          position,
          branches: labels ?? [ids.slice(firstTarget).filter((id) => id >= 0)],
        },
      ];
    });
    const generated = texts && !template.labels ? decodingBytes(backbone, asked) : 0;
    return { scored: scoringBytes(backbone, asked), generated };
  });
  // One session scores, and another one generates, for all tasks; each keeps the memory of its fullest run.
  return Math.max(0, ...bytes.map(({ scored }) => scored)) + Math.max(0, ...bytes.map(({ generated }) => generated));
}
