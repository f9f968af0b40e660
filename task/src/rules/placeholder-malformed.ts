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
        const { meant, meantUntil } = problem;
        const whole = meantUntil === undefined ? at : context.inTemplate(template, { ...problem, end: meantUntil });
        if (whole === undefined) continue;
        report({
          at,
          message: problem.message,
          fixes: [
            ...(meant === undefined
              ? []
              : fixOf(whole === at ? t('Close it: {0}', meant) : t('Change to {0}', meant), [
                  { ...whole, newText: jsonInner(meant) },
                ])),
            ...fixOf(t('Remove it'), [{ ...whole, newText: '' }]),
          ],
        });
      }
    }
  },
};
