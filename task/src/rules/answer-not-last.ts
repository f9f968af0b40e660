import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';
import { isPunctuation, moveToEnd, replaceNode } from '../task-edits.ts';
import { answerSegment, type Segment } from '../template.ts';

export const answerNotLast: Rule = {
  code: 'answer-not-last',
  severity: 'error',
  explanation:
    'With `answer_only_loss`, and with `chat`, the template ends with the answer, since that is where the model starts to write.',
  quickFix: 'Moves the answer to the end, or lets everything count in the loss.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {label} is the mood of: {sentence}",\n"answer_only_loss": true',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} The mood is {label}",\n"answer_only_loss": true',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const { answer_only_loss, answer_field, prompt_template, chat } = template.settings;
      const { segments } = template.parsed;
      if (!(answer_only_loss || chat) || answer_field === null) continue;
      const place = answerSegment(segments, answer_field);
      const answer = segments[place];
      const at = answer && context.inTemplate(template, answer);
      if (answer === undefined || at === undefined || place === segments.length - 1) continue;
      const key = answer_only_loss ? 'answer_only_loss' : 'chat';
      const given = context.givenIn(template, key);
      const loss = chat || !canPredict(segments, place, answer_field) ? undefined : given;
      const removes = isPunctuation(prompt_template.slice(answer.end));
      report({
        at,
        message: t('With "{0}" the template must end with {1}.', key, `{${answer_field}}`),
        related: given === undefined ? [] : [context.related(spanOf(given), WHY[key]())],
        fixes: [
          ...fixOf(
            removes ? t('Remove what follows {0}', `{${answer_field}}`) : t('Move {0} to the end', `{${answer_field}}`),
            moveToEnd(context, template, answer_field),
          ),
          ...(loss === undefined ? [] : fixOf(t('Let everything count in the loss'), replaceNode(loss, 'false'))),
        ],
      });
    }
  },
};

/** Of what follows the answer a prediction sees nothing, and without a field in front all rows would be alike to it. */
function canPredict(segments: readonly Segment[], answerAt: number, answerField: string): boolean {
  const [front, behind] = [segments.slice(0, answerAt), segments.slice(answerAt)];
  return (
    front.some((segment) => segment.kind === 'field' && segment.name !== answerField) &&
    behind.every(({ kind }) => kind !== 'virtual')
  );
}

const WHY = {
  answer_only_loss: () => t('Only the answer counts in the loss.'),
  chat: () => t('The answer is what the assistant says.'),
} as const;
