import { t } from '../../../l10n/src/words.ts';
import type { TaskContext } from '../context.ts';
import type { TaskDataFacts } from '../data-facts.ts';
import { fixOf } from '../fix.ts';
import { type JsonProperty, properties, spanOf } from '../json-tree.ts';
import { isLabel } from '../labels.ts';
import type { Report, Rule } from '../rule.ts';
import { removeFromList } from '../task-edits.ts';

const SMALLEST_SHARE = 0.1;

export const labelsUnbalanced: Rule = {
  code: 'labels-unbalanced',
  severity: 'information',
  explanation:
    'A label has less than a tenth of the training rows of the commonest one; the model may never say it. Macro-F1 shows this, accuracy does not. It is a warning where no training row has a label that is asked for in validation or test data, and where all training rows have one label, of more than one. Fewer rows than there are labels are not judged so.',
  quickFix: 'Removes a label that no row at all has.',
  example: {
    of: 'template',
    wrong: '"labels": { "positiva": [], "negativa": [], "neutrala": [] }',
    right: '"labels": { "positiva": [], "negativa": [] }',
  },
  checkData(context, data, report) {
    for (const template of context.rowTemplates) {
      const facts = data.tasks.get(template.settings.taskname);
      const labels = context.givenIn(template, 'labels');
      if (facts === undefined || labels === undefined) continue;
      const named = properties(labels).filter(({ name }) => isLabel(template.forms, name));
      reportOnlyLabel(facts, named, report);
      reportRareLabels(context, facts, named, report);
    }
  },
};

function reportOnlyLabel({ labelCounts }: TaskDataFacts, labels: readonly JsonProperty[], report: Report): void {
  const [[only, rows] = ['', 0], ...others] = labelCounts;
  if (others.length > 0 || labels.length < 2 || rows < labels.length) return;
  for (const { key, name } of labels) {
    if (name === only) report({ at: spanOf(key), severity: 'warning', message: alone(name) });
  }
}

function reportRareLabels(
  context: TaskContext,
  { labelCounts, allLabelCounts }: TaskDataFacts,
  labels: readonly JsonProperty[],
  report: Report,
): void {
  let most = 0;
  for (const count of labelCounts.values()) most = Math.max(most, count);
  for (const { key, name } of labels) {
    const count = labelCounts.get(name) ?? 0;
    if (count >= most * SMALLEST_SHARE) continue;
    const asked = allLabelCounts.get(name) ?? 0;
    if (count === 0 && asked > 0) {
      report({ at: spanOf(key), severity: 'warning', message: untrained(name, asked) });
      continue;
    }
    report({
      at: spanOf(key),
      message: t(
        '{0} has {1} training rows, less than a tenth of the {2} of the commonest label.',
        JSON.stringify(name),
        count,
        most,
      ),
      fixes: asked > 0 ? [] : fixOf(t('Remove it'), removeFromList(context, key), { guess: true }),
    });
  }
}

function alone(label: string): string {
  return t(
    'All training rows have the label {0}, so that all there is to learn is to say that; add rows with other labels.',
    JSON.stringify(label),
  );
}

function untrained(label: string, asked: number): string {
  const json = JSON.stringify(label);
  return asked === 1
    ? t(
        'No training row has the label {0}, but 1 validation or test row has it: nothing teaches the model to say it.',
        json,
      )
    : t(
        'No training row has the label {0}, but {1} validation or test rows have it: nothing teaches the model to say it.',
        json,
        asked,
      );
}
