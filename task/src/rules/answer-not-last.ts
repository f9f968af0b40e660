import { jsonInner } from '../context.ts';
import type { Rule } from '../rule.ts';
import { answerSegment } from '../template.ts';

export const answerNotLast: Rule = {
  code: 'answer-not-last',
  severity: 'error',
  explanation:
    'With `answer_only_loss` the template ends with the answer, since that is where the model starts to write.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {label} is the mood of: {sentence}",\n"answer_only_loss": true',
    right: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} The mood is {label}",\n"answer_only_loss": true',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const { answer_only_loss, answer_field, prompt_template } = template.settings;
      const { segments } = template.parsed;
      if (!answer_only_loss || answer_field === null) continue;
      const place = answerSegment(segments, answer_field);
      const answer = segments[place];
      const at = answer && context.inTemplate(template, answer);
      if (answer === undefined || at === undefined || place === segments.length - 1) continue;
      const end = context.inTemplate(template, { start: prompt_template.length, end: prompt_template.length })!;
      report({
        at,
        message: `With "answer_only_loss" the template must end with {${answer_field}}.`,
        fix: context.fix(
          `Move {${answer_field}} to the end`,
          { ...at, newText: '' },
          { ...end, newText: jsonInner(`{${answer_field}}`) },
        ),
      });
    }
  },
};
