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
    `**Field** ${code(name)} of a row`,
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
    name === settings.answer_field ? 'The answer, which the model is to write.' : undefined,
    name === settings.truncate_field ? 'Its end is cut off when a row is too long.' : undefined,
  );
}

/** `In 4 of the 4 rows of this task.` */
function countText(facts: TaskDataFacts, name: string): string {
  return `In ${number(fieldCount(facts, name))} of the ${number(rowsOf(facts))} rows of this task.`;
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
  const about = isExact ? '' : 'about ';
  return `Length in ${unit}: ${about}${number(median)} at the median, ${about}${number(percentile95)} at the 95th percentile.`;
}

/** The first row's text of the field. */
function sampleText(facts: TaskDataFacts, name: string): string | undefined {
  const first = facts.samples.get(name)?.first;
  return first && `Such as ${code(first.text)}`;
}
