import { CompletionItemKind } from 'vscode-languageserver-types';
import { t } from '../../../../l10n/src/words.ts';
import type { TemplateView } from '../../../../task/src/context.ts';
import { rowsOf, SPLITS } from '../../../../task/src/data-facts.ts';
import type { JsonPath } from '../../../../task/src/json-tree.ts';
import { labelOf } from '../../../../task/src/labels.ts';
import { canBePlaceholder } from '../../../../task/src/template.ts';
import { answersOf, lengthStatistics } from '../field-statistics.ts';
import { briefFieldText } from '../hover/field.ts';
import { languageName } from '../language-name.ts';
import { amount } from '../words.ts';
import type { Ask } from './ask.ts';
import { modelOffers } from './models.ts';
import { jsonOffer, type Offer } from './offer.ts';
import { dataFileOffers, promptTableOffers } from './paths.ts';

/** Texts that can be the value at a path, from what the task file, its data, its model and the folder say; the likeliest first. */
export async function nameOffers(ask: Ask): Promise<Offer[]> {
  const { path } = ask.cursor;
  const [first, second, third] = path;
  const split = SPLITS.find(({ key }) => first === 'data' && second === key);
  if (split !== undefined) return dataFileOffers(ask, split.key);
  if (first === 'model' && path.length === 1) return modelOffers(ask);
  if (first === 'language' && path.length === 1) return languageOffers(ask);
  if (first === 'prompt_table' && path.length === 1) return promptTableOffers(ask);
  if (first === 'new_tasks' || first === 'existing_tasks') return taskListOffers(ask, first);
  if (first !== 'task_templates') return [];
  const template = templateAt(ask, path);
  if (third === 'taskname') return newTaskOffers(ask);
  if (template === undefined) return [];
  if (third === 'answer_field') return fieldOffers(ask, template, answerCandidates(ask, template));
  if (third === 'truncate_field') return fieldOffers(ask, template, truncateCandidates(ask, template));
  return third === 'labels' && path.length === 5 ? formOffers(ask, template, String(path[3])) : [];
}

/** The template that a path leads into. */
export function templateAt({ knowledge }: Ask, [first, index]: JsonPath): TemplateView | undefined {
  return first === 'task_templates' && typeof index === 'number' ? knowledge.context.templates[index] : undefined;
}

function languageOffers({ knowledge, cursor }: Ask): Offer[] {
  const model = knowledge.surroundings?.model;
  const languages = model?.kind === 'ok' ? (model.languages ?? []) : [];
  return languages.map((language) =>
    jsonOffer(cursor, language, { kind: CompletionItemKind.Value, detail: languageName(language) }),
  );
}

/** Tasks that neither list has: for `existing_tasks` the trained ones first. */
function taskListOffers({ knowledge, cursor }: Ask, list: 'new_tasks' | 'existing_tasks'): Offer[] {
  const { context, surroundings, data } = knowledge;
  const own = context.text.slice(cursor.span.start, cursor.span.end);
  const listed = new Set(
    ['new_tasks', 'existing_tasks'].flatMap((key) => context.entries(key).map(({ value }) => value)),
  );
  const trained = surroundings?.promptTable?.tasks;
  const names = [...new Set([...context.tasknames, ...(list === 'existing_tasks' ? (trained?.keys() ?? []) : [])])];
  const isLikely = (name: string) => (trained?.has(name) ?? false) === (list === 'existing_tasks');
  return names
    .filter((name) => !listed.has(name) || JSON.stringify(name) === own)
    .toSorted((a, b) => Number(isLikely(b)) - Number(isLikely(a)))
    .map((name) => {
      const facts = data?.tasks.get(name);
      const rows = facts === undefined ? [] : [amount(rowsOf(facts), 'row')];
      const detail = [...(trained?.has(name) ? [t('trained')] : []), ...rows].join(', ');
      return jsonOffer(cursor, name, { kind: CompletionItemKind.Class, detail: detail === '' ? undefined : detail });
    });
}

/** Tasks that a list or the rows name and that have no template yet. */
export function tasksWithoutTemplate({ knowledge: { context, data } }: Ask): string[] {
  const listed = ['new_tasks', 'existing_tasks'].flatMap((key) => context.entries(key).map(({ value }) => value));
  const names = new Set([...listed, ...(data?.otherTasks.keys() ?? [])]);
  return [...names].filter((name) => context.template(name) === undefined);
}

function newTaskOffers(ask: Ask): Offer[] {
  return tasksWithoutTemplate(ask).map((name) => {
    const facts = ask.knowledge.data?.otherTasks.get(name);
    return jsonOffer(ask.cursor, name, {
      kind: CompletionItemKind.Class,
      detail: facts && amount(rowsOf(facts), 'row'),
    });
  });
}

function fieldOffers({ knowledge, cursor }: Ask, template: TemplateView, fields: readonly string[]): Offer[] {
  return fields.map((field) =>
    jsonOffer(cursor, field, {
      kind: CompletionItemKind.Field,
      documentation: briefFieldText(knowledge, template, field),
    }),
  );
}

/** The last placeholder first, since that is where the answer stands; without placeholders, the fields of the rows. */
export function answerCandidates(ask: Ask, template: TemplateView): string[] {
  return template.fields.length > 0 ? template.fields.toReversed() : rowFields(ask, template);
}

/** The field with the longest texts first. */
export function truncateCandidates(ask: Ask, template: TemplateView): string[] {
  const facts = ask.knowledge.data?.tasks.get(template.settings.taskname);
  const length = (field: string) => {
    const sample = facts?.samples.get(field);
    return sample === undefined ? 0 : lengthStatistics(sample, undefined).percentile95;
  };
  return template.fields
    .filter((field) => field !== template.settings.answer_field)
    .toSorted((a, b) => length(b) - length(a));
}

/** The fields that the rows of a task have and a template can name, the commonest first. */
export function rowFields({ knowledge }: Ask, template: TemplateView): string[] {
  const facts = knowledge.data?.tasks.get(template.settings.taskname);
  if (facts === undefined) return [];
  const counts = [...facts.fieldCounts, ...facts.otherFields].filter(([name]) => canBePlaceholder(name));
  return counts.toSorted(([, a], [, b]) => b - a).map(([name]) => name);
}

/** Answers of the rows that no label stands for yet with how many rows have each, the commonest first. */
export function unlabelledAnswers({ knowledge }: Ask, template: TemplateView): ReturnType<typeof answersOf> {
  const { forms, settings } = template;
  const { taskname, answer_field } = settings;
  const sample = answer_field === null ? undefined : knowledge.data?.tasks.get(taskname)?.samples.get(answer_field);
  if (sample === undefined) return [];
  return answersOf(sample).filter(({ answer }) => forms === undefined || labelOf(forms, answer) === undefined);
}

/** Answers without a label, those that begin as the label does first. */
function formOffers(ask: Ask, template: TemplateView, label: string): Offer[] {
  const common = (answer: string) => {
    let length = 0;
    while (length < answer.length && answer[length]?.toLowerCase() === label[length]?.toLowerCase()) length++;
    return length;
  };
  return unlabelledAnswers(ask, template)
    .toSorted((a, b) => common(b.answer) - common(a.answer))
    .map(({ answer, rows }) =>
      jsonOffer(ask.cursor, answer, { kind: CompletionItemKind.EnumMember, detail: amount(rows, 'row') }),
    );
}

/** Labels that the answers of the rows call for. */
export function labelKeyOffers(ask: Ask): Offer[] {
  const { cursor } = ask;
  const template = templateAt(ask, cursor.container);
  if (template === undefined) return [];
  return unlabelledAnswers(ask, template).map(({ answer, rows }) => {
    const text = JSON.stringify(answer);
    return {
      label: answer,
      kind: CompletionItemKind.EnumMember,
      text: cursor.colonFollows ? text : `${text}: []`,
      detail: amount(rows, 'row'),
      filter: cursor.inString ? text : answer,
    };
  });
}
