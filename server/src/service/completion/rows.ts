import { CompletionItemKind } from 'vscode-languageserver-types';
import { t } from '../../../../l10n/src/words.ts';
import { jsonInner, type TemplateView } from '../../../../task/src/context.ts';
import type { SampledValue } from '../../../../task/src/data/value-table.ts';
import { rowsOf, type TaskDataFacts } from '../../../../task/src/data-facts.ts';
import { commonestTexts, rowsPerText } from '../field-statistics.ts';
import { briefFieldText } from '../hover/field.ts';
import { code } from '../hover/markdown.ts';
import type { Knowledge } from '../knowledge.ts';
import { amount } from '../words.ts';
import type { Cursor } from './cursor.ts';
import { jsonOffer, type Offer } from './offer.ts';
import { escapeSnippet, SnippetWriter } from './snippet.ts';

/** A task that a row may be of, and what is known of it. */
export interface RowTask {
  readonly knowledge: Knowledge;
  readonly template: TemplateView;
}

/** The tasks of some task files, each name once. */
export function rowTasks(files: readonly Knowledge[]): RowTask[] {
  const tasks = new Map<string, RowTask>();
  for (const knowledge of files) {
    for (const taskname of knowledge.context.tasknames) {
      if (!tasks.has(taskname)) tasks.set(taskname, { knowledge, template: knowledge.context.template(taskname)! });
    }
  }
  return [...tasks.values()];
}

/** An example is a row without an answer. */
export interface RowKind {
  readonly isExample: boolean;
}

/** Rows as a whole, one for each task, the task with the most rows first. */
export function wholeRowOffers(tasks: readonly RowTask[], { isExample }: RowKind): Offer[] {
  return byRows(tasks).map((task) => {
    const { taskname } = task.template.settings;
    const writer = new SnippetWriter();
    const members = neededFields(task, isExample).map((field) => memberText(task, field, writer));
    return {
      label: t('Row of {0}', taskname),
      kind: CompletionItemKind.Snippet,
      text: { snippet: `{${[`"taskname": ${literal(taskname)}`, ...members].join(', ')}}` },
      documentation: t('A row with the fields of the template {0}', code(task.template.settings.prompt_template)),
    };
  });
}

/** Keys that a row lacks: its task, then the fields of that task's template, all of them at once too. */
export function rowKeyOffers(tasks: readonly RowTask[], cursor: Cursor, kind: RowKind): Offer[] {
  if (cursor.siblings.has('taskname')) {
    const own = taskOf(tasks, cursor);
    return own === undefined ? [] : [...allFieldsOffer(own, cursor, kind), ...fieldOffers([own], cursor, kind)];
  }
  // Without a task any field may be meant.
  return [...tasknameOffer(tasks, cursor), ...fieldOffers(tasks, cursor, kind)];
}

function tasknameOffer(tasks: readonly RowTask[], cursor: Cursor): Offer[] {
  if (tasks.length === 0) return [];
  const names = byRows(tasks).map(({ template }) => jsonInner(template.settings.taskname));
  return [keyOffer(cursor, 'taskname', `"${new SnippetWriter().choice(names)}"`, CompletionItemKind.Class)];
}

function allFieldsOffer(task: RowTask, cursor: Cursor, { isExample }: RowKind): Offer[] {
  const fields = neededFields(task, isExample).filter((field) => !cursor.siblings.has(field));
  if (fields.length < 2 || cursor.colonFollows) return [];
  const writer = new SnippetWriter();
  return [
    {
      label: fields.map((field) => JSON.stringify(field)).join(', '),
      kind: CompletionItemKind.Snippet,
      text: { snippet: fields.map((field) => memberText(task, field, writer)).join(', ') },
      detail: t('all that are missing'),
      filter: cursor.inString ? JSON.stringify(fields[0]) : fields[0]!,
    },
  ];
}

/** Each field once; an example's answer last, since it needs none. */
function fieldOffers(tasks: readonly RowTask[], cursor: Cursor, { isExample }: RowKind): Offer[] {
  const offers = new Map<string, Offer>();
  for (const task of tasks) {
    const { knowledge, template } = task;
    for (const field of new Set([...neededFields(task, isExample), ...template.fields])) {
      if (cursor.siblings.has(field) || offers.has(field)) continue;
      const value = valueText(task, field, new SnippetWriter());
      const documentation = briefFieldText(knowledge, template, field);
      offers.set(field, { ...keyOffer(cursor, field, value, CompletionItemKind.Field), documentation });
    }
  }
  return [...offers.values()];
}

/** Values of a row's field: tasks, labels, or texts that many rows share. */
export function rowValueOffers(tasks: readonly RowTask[], cursor: Cursor, field: string): Offer[] {
  if (field === 'taskname') {
    return byRows(tasks).map(({ knowledge, template }) => {
      const facts = knowledge.data?.tasks.get(template.settings.taskname);
      return jsonOffer(cursor, template.settings.taskname, {
        kind: CompletionItemKind.Class,
        detail: facts && amount(rowsOf(facts), 'row'),
        documentation: code(template.settings.prompt_template),
      });
    });
  }
  const task = taskOf(tasks, cursor);
  if (task === undefined) return [];
  const facts = task.knowledge.data?.tasks.get(task.template.settings.taskname);
  if (field === task.template.settings.answer_field && task.template.settings.labels !== null) {
    return labelOffers(cursor, task.template.settings.labels, facts);
  }
  return sharedTexts(facts, field).map(({ text, rows }) =>
    jsonOffer(cursor, text, { kind: CompletionItemKind.Value, detail: amount(rows, 'row') }),
  );
}

/** The labels, those of the most rows first, then their other forms. */
function labelOffers(
  cursor: Cursor,
  labels: Readonly<Record<string, readonly string[]>>,
  facts: TaskDataFacts | undefined,
): Offer[] {
  const rows = (label: string) => facts?.allLabelCounts.get(label) ?? 0;
  const sorted = Object.entries(labels).toSorted(([a], [b]) => rows(b) - rows(a));
  return [
    ...sorted.map(([label, forms]) =>
      jsonOffer(cursor, label, {
        kind: CompletionItemKind.EnumMember,
        detail: facts && amount(rows(label), 'row'),
        documentation: forms.length === 0 ? undefined : t('Also: {0}', forms.map((form) => code(form)).join(', ')),
      }),
    ),
    ...sorted.flatMap(([label, forms]) =>
      forms.map((form) =>
        jsonOffer(cursor, form, { kind: CompletionItemKind.EnumMember, detail: t('stands for {0}', label) }),
      ),
    ),
  ];
}

/** The few texts that a field has over and over; none for a field with texts of its own in each row. */
function sharedTexts(facts: TaskDataFacts | undefined, field: string): readonly SampledValue[] {
  const sample = facts?.samples.get(field);
  const areShared = sample !== undefined && sample.values.length <= MAX_SHARED && rowsPerText(sample) >= 2;
  return areShared ? commonestTexts(sample) : [];
}

const MAX_SHARED = 20;

function taskOf(tasks: readonly RowTask[], { siblings }: Cursor): RowTask | undefined {
  const taskname = siblings.get('taskname');
  return tasks.find(({ template }) => template.settings.taskname === taskname);
}

function byRows(tasks: readonly RowTask[]): RowTask[] {
  const rows = ({ knowledge, template }: RowTask) => {
    const facts = knowledge.data?.tasks.get(template.settings.taskname);
    return facts === undefined ? 0 : rowsOf(facts);
  };
  return tasks.toSorted((a, b) => rows(b) - rows(a));
}

function neededFields({ template }: RowTask, isExample: boolean): string[] {
  return template.fields.filter((field) => !(isExample && field === template.settings.answer_field));
}

function keyOffer(cursor: Cursor, name: string, value: string, kind: CompletionItemKind): Offer {
  const key = JSON.stringify(name);
  return {
    label: name,
    kind,
    text: cursor.colonFollows ? key : { snippet: `${literal(name)}: ${value}` },
    filter: cursor.inString ? key : name,
  };
}

function memberText(task: RowTask, field: string, writer: SnippetWriter): string {
  return `${literal(field)}: ${valueText(task, field, writer)}`;
}

function valueText({ template }: RowTask, field: string, writer: SnippetWriter): string {
  const { answer_field, labels } = template.settings;
  if (field !== answer_field || labels === null) return `"${writer.stop()}"`;
  return `"${writer.choice(Object.keys(labels).map(jsonInner))}"`;
}

/** A JSON string in a snippet. */
function literal(text: string): string {
  return escapeSnippet(JSON.stringify(text));
}
