import type { RowObject } from './rows.ts';
import type { Labels } from './types.ts';

/** Maps every form of every answer to its label; outer blanks do not count, nor whether a letter and its accent stand apart. */
export type LabelForms = ReadonlyMap<string, string>;

/** The same for all forms that count as one. */
export const formKey = (form: string): string => composed(form.trim());

/** Two labels that claim one form: the first keeps it. */
export function labelForms(labels: Labels): LabelForms {
  const forms = new Map<string, string>();
  for (const label of Object.keys(labels)) if (!forms.has(label.trim())) forms.set(label.trim(), label);
  for (const [label, others] of Object.entries(labels)) {
    for (const form of others) if (!forms.has(form.trim())) forms.set(form.trim(), label);
  }
  for (const [form, label] of [...forms]) if (!forms.has(composed(form))) forms.set(composed(form), label);
  return forms;
}

/** The label that an answer stands for, or undefined for none. */
export function labelOf(forms: LabelForms, answer: string): string | undefined {
  return forms.get(answer) ?? forms.get(answer.trim()) ?? forms.get(formKey(answer));
}

/** Whether a name is a label of its own: not an empty one, nor one that already stands for another label. */
export function isLabel(forms: LabelForms | undefined, name: string): boolean {
  return name.trim() !== '' && forms?.get(name.trim()) === name;
}

/** Some programs write ó as an o with an accent behind it, which nobody sees. */
const composed = (text: string) => text.normalize('NFC');

/** A row as it is taught: in place of a form of a label stands the label, which is what prediction scores. */
export function asTaught(row: RowObject, field: string | null, forms: LabelForms | undefined): RowObject {
  if (forms === undefined || field === null || !Object.hasOwn(row, field)) return row;
  const answer = row[field];
  const label = typeof answer === 'string' ? labelOf(forms, answer) : undefined;
  return label === undefined || label === answer ? row : { ...row, [field]: label };
}
