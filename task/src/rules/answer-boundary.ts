import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import type { Rule } from '../rule.ts';
import { answerSegment } from '../template.ts';

export const answerBoundary: Rule = {
  code: 'answer-boundary',
  severity: 'warning',
  explanation:
    'The tokeniser merges the last characters before the answer with its first ones, so that the model sees other tokens in a whole text than when it writes the answer itself. A space or a colon before the answer usually helps.',
  quickFix: 'Puts a space in front of the answer.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} mood{label}"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} mood:{label}"',
  },
  checkData(context, data, report) {
    for (const template of context.rowTemplates) {
      const { taskname, answer_field } = template.settings;
      const merging = data.tasks.get(taskname)?.merging;
      const answer = template.parsed.segments[answerSegment(template.parsed.segments, answer_field)];
      const at = answer && context.inTemplate(template, answer);
      if (merging === undefined || merging.rows === 0 || at === undefined) continue;
      report({
        at,
        message:
          merging.rows === 1
            ? t(
                'In 1 row the tokeniser merges the start of the answer with the text before it; end that text with a space or a colon.',
              )
            : t(
                'In {0} rows the tokeniser merges the start of the answer with the text before it; end that text with a space or a colon.',
                merging.rows,
              ),
        related: merging.first === undefined ? [] : [merging.first],
        // A space goes with the answer, as the first of its characters.
        fixes:
          template.settings.prompt_template[answer.start - 1] === ' '
            ? []
            : fixOf(t('Put a space in front'), [{ start: at.start, end: at.start, newText: ' ' }]),
      });
    }
  },
};
