import { t } from '../../../l10n/src/words.ts';
import type { TemplateView } from '../context.ts';
import { type Fix, fixOf, MOST_CHOICES } from '../fix.ts';
import { allNear, isSameText } from '../nearest.ts';
import type { RowPlaces } from '../row-view.ts';
import type { RowObject } from '../rows.ts';
import type { Rule } from '../rule.ts';
import { renameField } from './row-field-extra.ts';

export const rowFieldMissing: Rule = {
  code: 'row-field-missing',
  severity: 'error',
  explanation:
    'A row has every field that its template uses; NeMo silently takes "" for a missing one. An example in the task file needs no answer.',
  quickFix:
    'Renames a misspelt field of the row, or adds an empty one; an answer is added as one of the labels. Also in all such rows of the file.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "label": "positiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  looksAt: 'shape',
  checkRow({ value, template, isExample, places }, _context, report) {
    if (template === undefined) return;
    let unused: readonly string[] | undefined;
    for (const field of template.fields) {
      if (Object.hasOwn(value, field)) continue;
      if (isExample && field === template.settings.answer_field) continue;
      report(
        () => {
          unused ??= unusedFields(value, template);
          return {
            at: places.whole(),
            message: unused.some((name) => isSameText(name, field)) ? encodedOtherwise(field) : withoutField(field),
            fixes: [
              ...allNear(field, unused).flatMap((name) => renameField(places, name, field)),
              ...addField(field, template, places),
            ],
          };
        },
        missingFieldGroup(template.settings.taskname, field),
      );
    }
  },
};

function withoutField(field: string): string {
  return t('This row has no field {0}, which its template uses; add it.', JSON.stringify(field));
}

function encodedOtherwise(field: string): string {
  return t(
    'This row has no field {0}, which its template uses: it has the same name, encoded in another way.',
    JSON.stringify(field),
  );
}

/** Rows that lack one field of one task; they are dropped where no row has it, since then the template is at fault. */
export function missingFieldGroup(taskname: string, field: string): string {
  return JSON.stringify([taskname, field]);
}

/** Fields of the row of which the template's may be misspelt. */
function unusedFields(row: RowObject, { fields }: TemplateView): string[] {
  const used = new Set(['taskname', ...fields]);
  return Object.keys(row).filter((name) => !used.has(name));
}

/** An answer may not be empty: it is added as one of the labels, where there are any. */
function addField(field: string, { settings }: TemplateView, places: RowPlaces): Fix[] {
  const name = JSON.stringify(field);
  if (field !== settings.answer_field) {
    return fixOf(t('Add {0} as an empty text', name), places.add(field, '""'), {
      forAll: t('Add an empty {0} to every row without it', name),
    });
  }
  return Object.keys(settings.labels ?? {})
    .slice(0, MOST_CHOICES)
    .flatMap((label) => {
      const json = JSON.stringify(label);
      return fixOf(t('Add {0}: {1}', name, json), places.add(field, json), { guess: true });
    });
}
