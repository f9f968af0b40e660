import { t } from '../../../l10n/src/words.ts';
import { rowsOf } from '../data-facts.ts';
import { type Fix, fixOf, MOST_CHOICES } from '../fix.ts';
import { allNear, didYouMean } from '../nearest.ts';
import type { Rule } from '../rule.ts';
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
      const usable = new Map([...facts.otherFields].filter(([name]) => canBePlaceholder(name)));
      const others = [...usable.keys()].slice(0, MOST_CHOICES);
      // A field may stand in as many places as the template has room for, and each fix changes all of them.
      const known = new Map<string, { readonly near: readonly string[]; readonly fixes: Fix[] }>();
      const mended = (field: string) => {
        const near = allNear(field, usable.keys());
        const fixes = (near.length > 0 ? near : others).flatMap((name) =>
          fixOf(
            t('Change to {0}', `{${name}}`),
            renameField(context, template, field, name),
            near.length > 0 ? {} : { guess: true },
          ),
        );
        return { near, fixes };
      };
      for (const placeholder of template.placeholders) {
        if (facts.fieldCounts.has(placeholder.name)) continue;
        const at = context.inTemplate(template, placeholder);
        if (at === undefined) continue;
        const { near, fixes } = known.get(placeholder.name) ?? mended(placeholder.name);
        known.set(placeholder.name, { near, fixes });
        // Each row has it, but not as a field.
        const isTaskname = placeholder.name === 'taskname';
        const names = [template.settings.taskname, placeholder.name].map((name) => JSON.stringify(name));
        report({
          at,
          message: isTaskname
            ? t('The "taskname" of a row names its task; it is no field that a template could use.')
            : // Nobody sees whether a letter and its accent stand apart.
              near[0]?.normalize('NFC') === placeholder.name.normalize('NFC')
              ? t('No row of {0} has a field {1}: rows have the same name, encoded in another way.', ...names)
              : `${t('No row of {0} has a field {1}.', ...names)}${didYouMean(near[0])}`,
          related: facts.firstRow === undefined ? [] : [facts.firstRow],
          fixes,
        });
      }
    }
  },
};
