import { t } from '../../../l10n/src/words.ts';
import { countMarkers } from '../context.ts';
import { fixOf } from '../fix.ts';
import type { Rule } from '../rule.ts';
import { moveToEnd } from '../task-edits.ts';
import { answerSegment } from '../template.ts';

/** With `answer_only_loss` and in a chat the template ends with the answer, which has a rule of its own. */
export const markerAfterAnswer: Rule = {
  code: 'marker-after-answer',
  severity: 'warning',
  explanation:
    'Prediction fills the template up to the answer, so it never sees virtual tokens behind it: they are trained for nothing. Where all stand there it is an error, since training would change no prediction.',
  quickFix: 'Moves the answer to the end.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label} <|VIRTUAL_PROMPT_1|>"',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>:{label}"',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const { answer_field, answer_only_loss, chat } = template.settings;
      if (answer_field === null || answer_only_loss || chat) continue;
      const { segments } = template.parsed;
      const answer = segments[answerSegment(segments, answer_field)];
      const answerAt = answer && context.inTemplate(template, answer);
      if (answer === undefined || answerAt === undefined) continue;
      const behind = template.markers.filter(({ start }) => start > answer.start);
      const isAll = behind.length === countMarkers(template);
      const shown = `{${answer_field}}`;
      for (const segment of behind) {
        report({
          at: context.inTemplate(template, segment)!,
          ...(isAll ? { severity: 'error' } : {}),
          message: isAll
            ? t('All virtual tokens stand behind {0}, so that no prediction sees any; put them in front of it.', shown)
            : t(
                'These virtual tokens stand behind {0}, where no prediction sees them; put them in front of it.',
                shown,
              ),
          related: [context.related(answerAt, t('A prediction sees what stands in front of this.'))],
          fixes: fixOf(t('Move {0} to the end', shown), moveToEnd(context, template, answer_field)),
        });
      }
    }
  },
};
