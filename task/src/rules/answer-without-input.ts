import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import type { Rule } from '../rule.ts';
import { moveToEnd } from '../task-edits.ts';
import { answerSegment } from '../template.ts';

export const answerWithoutInput: Rule = {
  code: 'answer-without-input',
  severity: 'warning',
  explanation:
    'No field stands in front of the answer. Prediction fills the template up to the answer, so that all rows look the same to it and get the same answer. So do they where every row has the same texts in these fields.',
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
  } /** A table in which a column was filled with one value looks like any other. */,
  checkData(context, data, report) {
    for (const template of context.rowTemplates) {
      const { answer_field, taskname } = template.settings;
      const facts = data.tasks.get(taskname);
      const inputs = template.placeholders.filter(({ name }) => name !== answer_field);
      const at = inputs[0] && context.inTemplate(template, inputs[0]);
      if (facts === undefined || at === undefined || answer_field === null || !template.areFieldsKnown) continue;
      // Of one row, as when a file is begun, nothing can be said.
      if (facts.rows.train < 2 || inputs.some(({ name }) => facts.samples.get(name)?.values.length !== 1)) continue;
      report({
        at,
        message: t(
          'All rows of {0} have the same text in front of the answer, so that they look the same to a prediction and get the same answer.',
          JSON.stringify(taskname),
        ),
        related: facts.firstRow === undefined ? [] : [facts.firstRow],
      });
    }
  },
};
