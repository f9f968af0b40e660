import type { TemplateView } from '../context.ts';
import type { Span } from '../json-tree.ts';
import { textOf } from '../row-view.ts';
import type { Rule } from '../rule.ts';

const MARKER = /<\|VIRTUAL_PROMPT_\d+\|>/;

export const rowMarker: Rule = {
  code: 'row-marker',
  severity: 'error',
  explanation:
    "A row's text holds a marker or one of the template's own placeholders. NeMo would expand it a second time; ptask leaves it as it is, but it is hardly meant.",
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra: {label}", "label": "positiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'braces',
  checkRow({ value, template, places }, _context, report) {
    if (template === undefined) return;
    for (const field of template.fields) {
      const text = textOf(value, field);
      const found = text === undefined ? undefined : expandable(text, template);
      if (found === undefined) continue;
      report(() => ({
        at: places.inValue(field, found),
        message: `${JSON.stringify(text!.slice(found.start, found.end))} belongs in a template, not in the text of a row.`,
      }));
    }
  },
};

function expandable(text: string, template: TemplateView): Span | undefined {
  if (text.includes('<|VIRTUAL_PROMPT_')) {
    const match = MARKER.exec(text);
    if (match !== null) return { start: match.index, end: match.index + match[0].length };
  }
  if (!text.includes('{')) return undefined;
  for (const field of template.fields) {
    const start = text.indexOf(`{${field}}`);
    if (start >= 0) return { start, end: start + field.length + 2 };
  }
  return undefined;
}
