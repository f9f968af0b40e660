import { t } from '../../../../l10n/src/words.ts';
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
    t('**Label** {0} of task {1}', code(label), code(template.settings.taskname)),
    form === label ? undefined : t('{0} is another form of it.', code(form)),
    data && facts && rowsText(labelRows(data, facts, label)),
    forms.length === 0 ? t('It has no other forms.') : t('Other forms: {0}.', forms.join(', ')),
  );
}
