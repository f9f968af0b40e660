import type { TemplateView } from '../../../../task/src/context.ts';
import type { Knowledge } from '../knowledge.ts';
import { labelRows } from '../label-rows.ts';
import { code, paragraphs } from './markdown.ts';
import { rowsText } from './task.ts';

/** A label: how many rows have it as their answer, and in which other forms. `form` is what has been pointed at. */
export function labelText({ data }: Knowledge, template: TemplateView, label: string, form: string): string {
  const facts = data?.tasks.get(template.settings.taskname);
  const forms = (template.settings.labels?.[label] ?? []).map((other) => code(other));
  return paragraphs(
    `**Label** ${code(label)} of task ${code(template.settings.taskname)}`,
    form === label ? undefined : `${code(form)} is another form of it.`,
    data && facts && rowsText(labelRows(data, facts, label)),
    forms.length === 0 ? 'It has no other forms.' : `Other forms: ${forms.join(', ')}.`,
  );
}
