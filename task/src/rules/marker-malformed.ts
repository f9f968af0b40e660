import { t } from '../../../l10n/src/words.ts';
import type { Rule } from '../rule.ts';

export const markerMalformed: Rule = {
  code: 'marker-malformed',
  severity: 'error',
  explanation: 'Something that looks like a marker but is not one would go to the model as plain text.',
  quickFix: 'Writes the marker as it should be, with the number of its place. Part of "fix all".',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT0|> {sentence}:{label}"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      for (const problem of template.parsed.problems) {
        const at = problem.code === 'marker-malformed' ? context.inTemplate(template, problem) : undefined;
        if (at === undefined) continue;
        const meant = problem.meant ?? '';
        report({
          at,
          message: problem.message,
          // What is meant is plain, and as it stands it does nothing.
          fixes: [{ title: t('Change to {0}', meant), edits: [{ ...at, newText: meant }], safe: true }],
        });
      }
    }
  },
};
