import { t } from '../../../../l10n/src/words.ts';
import type { TemplateView } from '../../../../task/src/context.ts';
import { rowsOf, type TaskDataFacts } from '../../../../task/src/data-facts.ts';
import { lengthStatistics } from '../field-statistics.ts';
import type { Knowledge } from '../knowledge.ts';
import { number } from '../words.ts';
import { code, paragraphs } from './markdown.ts';

/** What is known of a field of a task's rows: what it is for, how many rows have it, how long it is, and one of its texts. */
export function fieldText(knowledge: Knowledge, template: TemplateView, name: string): string {
  const facts = knowledge.data?.tasks.get(template.settings.taskname);
  return paragraphs(
    t('**Field** {0} of a row', code(name)),
    roleText(template, name),
    facts && countText(facts, name),
    facts && lengthText(knowledge, facts, name),
    facts && sampleText(facts, name),
  );
}

/** The same in few words, for a list of many fields: it tokenises nothing. */
export function briefFieldText({ data }: Knowledge, template: TemplateView, name: string): string {
  const facts = data?.tasks.get(template.settings.taskname);
  return paragraphs(roleText(template, name), facts && sampleText(facts, name));
}

function roleText({ settings }: TemplateView, name: string): string {
  return paragraphs(
    name === settings.answer_field ? t('The answer, which the model is to write.') : undefined,
    name === settings.truncate_field ? t('Its end is cut off when a row is too long.') : undefined,
  );
}

/** `In 4 of the 4 rows of this task.` */
function countText(facts: TaskDataFacts, name: string): string {
  return t('In {0} of the {1} rows of this task.', number(fieldCount(facts, name)), number(rowsOf(facts)));
}

export function fieldCount(facts: TaskDataFacts, name: string): number {
  return facts.fieldCounts.get(name) ?? facts.otherFields.get(name) ?? 0;
}

function lengthText({ surroundings }: Knowledge, facts: TaskDataFacts, name: string): string | undefined {
  const sample = facts.samples.get(name);
  if (sample === undefined) return undefined;
  const model = surroundings?.model;
  const encoder = model?.kind === 'ok' ? model.tokenizer : undefined;
  const { unit, median, percentile95, isExact } = lengthStatistics(sample, encoder);
  const [middle, long] = [median, percentile95].map((length) =>
    isExact ? number(length) : t('about {0}', number(length)),
  ) as [string, string];
  return unit === 'tokens'
    ? t('Length in tokens: {0} at the median, {1} at the 95th percentile.', middle, long)
    : t('Length in characters: {0} at the median, {1} at the 95th percentile.', middle, long);
}

/** The first row's text of the field. */
function sampleText(facts: TaskDataFacts, name: string): string | undefined {
  const first = facts.samples.get(name)?.first;
  return first && t('Such as {0}', code(first.text));
}
