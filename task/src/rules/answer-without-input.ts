import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import type { Rule } from '../rule.ts';
import { moveToEnd } from '../task-edits.ts';
import { answerSegment } from '../template.ts';

export const answerWithoutInput: Rule = {
  code: 'answer-without-input',
  severity: 'warning',
  explanation:
    'No field stands in front of the answer. Prediction fills the template up to the answer, so that all rows look the same to it and get the same answer.',
  quickFix: 'Moves the answer to the end, behind the other fields.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {label} is the mood of: {sentence}"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} The mood is {label}"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const { answer_field, answer_only_loss, chat } = template.settings;
      const { segments } = template.parsed;
      if (answer_field === null || !template.areFieldsKnown) continue;
      const place = answerSegment(segments, answer_field);
      const answer = segments[place];
      const at = answer && context.inTemplate(template, answer);
      // A template that must end with the answer and does not has been told so.
      if (at === undefined || ((answer_only_loss || chat) && place < segments.length - 1)) continue;
      const isOther = ({ name }: { name: string }) => name !== answer_field;
      if (segments.slice(0, place).some((segment) => segment.kind === 'field' && isOther(segment))) continue;
      report({
        at,
        message: t(
          'No field stands in front of {0}, so that all rows look the same to a prediction and get the same answer.',
          `{${answer_field}}`,
        ),
        fixes: template.placeholders.some(isOther)
          ? fixOf(t('Move {0} to the end', `{${answer_field}}`), moveToEnd(context, template, answer_field))
          : [],
      });
    }
  },
};
