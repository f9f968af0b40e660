import { t } from '../../../l10n/src/words.ts';
import type { TaskContext, TemplateView } from '../context.ts';
import { rowsOf } from '../data-facts.ts';
import { fixOf, MOST_CHOICES } from '../fix.ts';
import { allNear, didYouMean } from '../nearest.ts';
import type { Finding, Rule } from '../rule.ts';
import { renameField } from '../task-edits.ts';
import { canBePlaceholder } from '../template.ts';

export const placeholderUnknown: Rule = {
  code: 'placeholder-unknown',
  severity: 'error',
  explanation: "A placeholder names a field that no row of the task's data has.",
  quickFix:
    'Changes the field to the nearest that rows have, else to the commonest that the template does not use, also in `answer_field` and `truncate_field`.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentense}:{label}"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}"',
  },
  checkData(context, data, report) {
    for (const template of context.rowTemplates) {
      const facts = data.tasks.get(template.settings.taskname);
      if (facts === undefined || rowsOf(facts) === 0) continue;
      const usable = [...facts.otherFields.keys()].filter(canBePlaceholder);
      // A field may stand in as many places as the template has room for, and each fix changes all of them.
      const known = new Map<string, Omit<Finding, 'at'>>();
      for (const placeholder of template.placeholders) {
        if (facts.fieldCounts.has(placeholder.name)) continue;
        const at = context.inTemplate(template, placeholder);
        if (at === undefined) continue;
        const said = known.get(placeholder.name) ?? findingOf(context, template, placeholder.name, usable);
        known.set(placeholder.name, said);
        report({ at, related: facts.firstRow === undefined ? [] : [facts.firstRow], ...said });
      }
    }
  },
};

/** @param usable the fields that rows have and the template has not, the commonest first */
function findingOf(
  context: TaskContext,
  template: TemplateView,
  field: string,
  usable: readonly string[],
): Omit<Finding, 'at'> {
  const near = allNear(field, usable);
  const isGuess = near.length === 0;
  const fixes = (isGuess ? usable.slice(0, MOST_CHOICES) : near).flatMap((name) =>
    fixOf(t('Change to {0}', `{${name}}`), renameField(context, template, field, name), isGuess ? { guess: true } : {}),
  );
  return { message: messageOf(template.settings.taskname, field, near[0]), fixes };
}

function messageOf(taskname: string, field: string, nearest: string | undefined): string {
  // Each row has it, but not as a field.
  if (field === 'taskname') {
    return t('The "taskname" of a row names its task; it is no field that a template could use.');
  }
  const names = [taskname, field].map((name) => JSON.stringify(name));
  // Nobody sees whether a letter and its accent stand apart.
  return nearest?.normalize('NFC') === field.normalize('NFC')
    ? t('No row of {0} has a field {1}: rows have the same name, encoded in another way.', ...names)
    : `${t('No row of {0} has a field {1}.', ...names)}${didYouMean(nearest)}`;
}
