import { t } from '../../../l10n/src/words.ts';
import { jsonInner } from '../context.ts';
import { fixOf } from '../fix.ts';
import type { Rule } from '../rule.ts';

export const placeholderMalformed: Rule = {
  code: 'placeholder-malformed',
  severity: 'error',
  explanation:
    'A placeholder is a field in braces, such as `{sentence}`. It must not be empty, must be closed, and has one brace on each side.',
  quickFix: 'Closes the placeholder, takes off braces too many, or removes it.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence:{label}"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      for (const problem of template.parsed.problems) {
        const at = problem.code === 'placeholder-malformed' ? context.inTemplate(template, problem) : undefined;
        if (at === undefined) continue;
        const { meant } = problem;
        const isDoubled = template.settings.prompt_template.startsWith('{{', problem.start);
        report({
          at,
          message: problem.message,
          fixes: [
            ...(meant === undefined
              ? []
              : fixOf(isDoubled ? t('Change to {0}', meant) : t('Close it: {0}', meant), [
                  { ...at, newText: jsonInner(meant) },
                ])),
            ...fixOf(t('Remove it'), [{ ...at, newText: '' }]),
          ],
        });
      }
    }
  },
};
