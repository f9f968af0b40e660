import { t } from '../../../l10n/src/words.ts';
import { jsonInner, type TemplateView } from '../context.ts';
import { type Fix, fixOf } from '../fix.ts';
import type { Span } from '../json-tree.ts';
import { textOf } from '../row-view.ts';
import type { Rule } from '../rule.ts';

const MARKER = /<\|VIRTUAL_PROMPT_\d+\|>/;

export const rowMarker: Rule = {
  code: 'row-marker',
  severity: 'error',
  explanation:
    "A row's text holds a marker or one of the template's own placeholders. NeMo would expand it a second time; ptask leaves it as it is, but it is hardly meant.",
  quickFix: 'Takes the braces off, or removes it; also in all such rows of the file.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra: {label}", "label": "positiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'oddities',
  checkRow({ value, template, places }, _context, report) {
    if (template === undefined) return;
    for (const field of template.fields) {
      const text = textOf(value, field);
      const found = text === undefined ? undefined : expandable(text, template);
      if (found === undefined) continue;
      report(() => ({
        at: places.inValue(field, found),
        message: t(
          '{0} belongs in a template, not in the text of a row.',
          JSON.stringify(text!.slice(found.start, found.end)),
        ),
        fixes: withoutIt(text!.slice(found.start, found.end), places.inValue(field, found)),
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

function withoutIt(found: string, at: Span): Fix[] {
  const remove = fixOf(t('Remove {0}', found), [{ ...at, newText: '' }], {
    forAll: t('Remove {0} from every row', found),
  });
  if (!found.startsWith('{')) return remove;
  const word = found.slice(1, -1);
  const forAll = t('Take the braces off {0} in every row', found);
  return [...fixOf(t('Change to {0}', word), [{ ...at, newText: jsonInner(word) }], { forAll }), ...remove];
}
