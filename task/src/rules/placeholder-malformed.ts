import { t } from '../../../l10n/src/words.ts';
import { jsonInner, type TaskContext, type TemplateView, type UnopenedField } from '../context.ts';
import { type Fix, fixOf } from '../fix.ts';
import type { Report, Rule } from '../rule.ts';
import type { Segment, TemplateProblem } from '../template.ts';

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
        if (problem.code === 'placeholder-malformed') reportMalformed(context, template, problem, report);
      }
      // Others may be plain text: whether they are fields is for the rows to tell.
      for (const field of template.unopened) {
        if (!isNamed(template, field)) continue;
        tell(context, template, report, { ...field, message: notOpened });
      }
    }
  },
  checkData(context, data, report) {
    for (const template of context.rowTemplates) {
      const facts = data.tasks.get(template.settings.taskname);
      if (facts === undefined) continue;
      const meant = [
        ...template.unopened
          .filter((field) => !isNamed(template, field))
          .map((field) => ({ ...field, message: notOpened })),
        ...template.parsed.segments.flatMap(inWideBraces),
      ];
      for (const field of meant) {
        const isField = facts.fieldCounts.has(field.name) || facts.otherFields.has(field.name);
        if (isField) tell(context, template, report, field);
      }
    }
  },
};

/** Whether the template's settings say that it is a field. */
function isNamed({ settings }: TemplateView, { name }: UnopenedField): boolean {
  return name === settings.answer_field || name === settings.truncate_field;
}

function reportMalformed(
  context: TaskContext,
  template: TemplateView,
  { message, meant, meantUntil, ...span }: TemplateProblem,
  report: Report,
): void {
  const at = context.inTemplate(template, span);
  const whole = meantUntil === undefined ? at : context.inTemplate(template, { ...span, end: meantUntil });
  if (at === undefined || whole === undefined) return;
  const change = (text: string): Fix[] => {
    const title = whole === at ? t('Close it: {0}', text) : t('Change to {0}', text);
    return fixOf(title, [{ ...whole, newText: jsonInner(text) }]);
  };
  report({
    at,
    message,
    fixes: [...(meant === undefined ? [] : change(meant)), ...fixOf(t('Remove it'), [{ ...whole, newText: '' }])],
  });
}

function inWideBraces(segment: Segment): MeantField[] {
  if (segment.kind !== 'text') return [];
  return [...segment.text.matchAll(WIDE_BRACES)].map(({ 0: written, 1: name, index }) => {
    const start = segment.start + index;
    return { name: name!, start, end: start + written.length, message: areWide };
  });
}

interface MeantField extends UnopenedField {
  readonly message: (meant: string) => string;
}

function tell(
  context: TaskContext,
  template: TemplateView,
  report: Report,
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
const areWide = (meant: string) =>
  t('These are full-width braces, and what is between them goes to the model as it is; write {0}.', meant);
