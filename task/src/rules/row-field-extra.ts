import { t } from '../../../l10n/src/words.ts';
import type { TemplateView } from '../context.ts';
import { type Fix, fixOf } from '../fix.ts';
import { allNear } from '../nearest.ts';
import type { RowPlaces } from '../row-view.ts';
import type { RowObject } from '../rows.ts';
import type { Rule } from '../rule.ts';

export const rowFieldExtra: Rule = {
  code: 'row-field-extra',
  severity: 'information',
  explanation: 'A row has a field that its template does not use. ptask passes it over; NeMo would stop.',
  quickFix: 'Renames a misspelt field, or removes it; also from all rows of the file.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva", "id": "17"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ value, template, places, repeated }, _context, report) {
    if (!template?.areFieldsKnown) return;
    // Of those that are repeated, one that is gone or renamed would still be there; `row-field-repeated` comes first.
    const others = new Set(['taskname', ...template.fields, ...repeated]);
    for (const field in value) {
      if (others.has(field)) continue;
      report(() => ({
        at: places.key(field),
        message: t('The template does not use the field {0}.', JSON.stringify(field)),
        fixes: [
          ...meant(field, value, template).flatMap((name) => renameField(places, field, name)),
          ...fixOf(t('Remove {0}', JSON.stringify(field)), places.remove(field), {
            forAll: t('Remove {0} from every row', JSON.stringify(field)),
          }),
        ],
      }));
    }
  },
};

/** Fields of the template that the row lacks and that this one may be. */
function meant(field: string, row: RowObject, { fields }: TemplateView): string[] {
  return allNear(
    field,
    fields.filter((name) => !Object.hasOwn(row, name)),
  );
}

export function renameField(places: RowPlaces, from: string, to: string): Fix[] {
  const names = [JSON.stringify(from), JSON.stringify(to)] as const;
  return fixOf(t('Rename {0} to {1}', ...names), places.rename(from, to), {
    forAll: t('Rename {0} to {1} in every row', ...names),
  });
}
