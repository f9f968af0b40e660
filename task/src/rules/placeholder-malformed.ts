import { t } from '../../../l10n/src/words.ts';
import { jsonInner, type TaskContext, type TemplateView, type UnopenedField } from '../context.ts';
import { fixOf } from '../fix.ts';
import type { Finding, Rule } from '../rule.ts';

/** The braces of an input method for Chinese or Japanese, between which a field is meant only where rows have one of the name. */
const WIDE_BRACES = /｛\s*([^{}｛｝\r\n]+?)\s*｝/g;

export const placeholderMalformed: Rule = {
  code: 'placeholder-malformed',
  severity: 'error',
  explanation:
    'A placeholder is a field in braces, such as `{sentence}`. It must not be empty, must be opened and closed, and has one brace on each side, not a full-width one (`｛sentence｝`).',
  quickFix: 'Opens or closes the placeholder, takes off braces too many, writes plain ones, or removes it.',
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
      // Others may be plain text: whether they are fields is for the rows to tell.
      for (const field of template.unopened) {
        if (field.name === template.settings.answer_field)
          tell(context, template, report, { ...field, message: notOpened });
      }
    }
  },
  checkData(context, data, report) {
    for (const template of context.rowTemplates) {
      const facts = data.tasks.get(template.settings.taskname);
      if (facts === undefined) continue;
      const isField = (name: string) => facts.fieldCounts.has(name) || facts.otherFields.has(name);
      for (const field of template.unopened) {
        if (field.name !== template.settings.answer_field && isField(field.name)) {
          tell(context, template, report, { ...field, message: notOpened });
        }
      }
      for (const segment of template.parsed.segments) {
        if (segment.kind !== 'text') continue;
        for (const { 0: written, 1: name, index } of segment.text.matchAll(WIDE_BRACES)) {
          const start = segment.start + index;
          if (isField(name!)) {
            tell(context, template, report, { name: name!, start, end: start + written.length, message: inWideBraces });
          }
        }
      }
    }
  },
};

interface MeantField extends UnopenedField {
  readonly message: (meant: string) => string;
}

function tell(
  context: TaskContext,
  template: TemplateView,
  report: (finding: Finding) => void,
  { name, message, ...span }: MeantField,
): void {
  const at = context.inTemplate(template, span);
  if (at === undefined) return;
  const meant = `{${name}}`;
  report({
    at,
    message: message(meant),
    fixes: fixOf(t('Change to {0}', meant), [{ ...at, newText: jsonInner(meant) }]),
  });
}

const notOpened = (meant: string) => t('This placeholder is not opened; write {0}.', meant);
const inWideBraces = (meant: string) =>
  t('These are full-width braces, and what is between them goes to the model as it is; write {0}.', meant);
