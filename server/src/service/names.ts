import type { TaskContext, TemplateView } from '../../../task/src/context.ts';
import { type JsonNode, nodeAt, properties, property, type Span } from '../../../task/src/json-tree.ts';
import { labelOf } from '../../../task/src/labels.ts';
import { StringOffsets } from '../../../task/src/string-offsets.ts';

/**
 * Something that a task file names, and that its rows use: a task, or a field or label of one. A label has several forms;
 * `form` is how it is written, without outer blanks, and the label itself is the first of them. An answer that `labels` does
 * not list is a label that is given nowhere.
 */
export type Name =
  | { readonly kind: 'task'; readonly task: string }
  | { readonly kind: 'field'; readonly task: string; readonly field: string }
  | { readonly kind: 'label'; readonly task: string; readonly label: string; readonly form: string };

/** A place where a name is written: the characters of the name alone, without quotes or braces. */
export interface Mention extends Span {
  readonly name: Name;
  /** Whether the name is given here: at the task's template, a placeholder, an entry of `labels`. */
  readonly isDefinition: boolean;
}

/** How a name is written. */
export function textOfName(name: Name): string {
  if (name.kind === 'task') return name.task;
  return name.kind === 'field' ? name.field : name.form;
}

/** Whether both are the same name, written in the same way. */
export function isSameName(a: Name, b: Name): boolean {
  return a.kind === b.kind && a.task === b.task && ownerOf(a) === ownerOf(b) && textOfName(a) === textOfName(b);
}

/** Whether one means the other: a label is meant by each of its forms, a form by itself alone. */
export function means(name: Name, meant: Name): boolean {
  if (name.kind !== 'label' || meant.kind !== 'label' || meant.form !== meant.label.trim()) {
    return isSameName(name, meant);
  }
  return name.task === meant.task && name.label === meant.label;
}

function ownerOf(name: Name): string {
  return name.kind === 'label' ? name.label : name.task;
}

/**
 * All names in a task file, in no particular order. Only an answer can be two: where two templates have its taskname.
 *
 * @param within leaves out those of templates and examples that do not touch it; there may be thousands of either
 */
export function namesInTaskFile(context: TaskContext, within?: Span): Mention[] {
  const { tree, sound } = context.parsed;
  const isWanted = (node: JsonNode | undefined): boolean =>
    within === undefined ||
    (node !== undefined && node.offset <= within.end && node.offset + node.length >= within.start);
  const tasks = [...context.entries('existing_tasks'), ...context.entries('new_tasks')];
  const templates = context.templates.filter(({ index }) => isWanted(nodeAt(tree, ['task_templates', index])));
  const examples = nodeAt(tree, ['examples']);
  const rows = examples?.type === 'array' ? examples.children!.filter((row) => isWanted(row) && sound.has(row)) : [];
  const byName = new Map<string, readonly TemplateView[]>();
  const templatesNamed = (task: string): readonly TemplateView[] => {
    const known = byName.get(task) ?? templatesOf(context, task);
    byName.set(task, known);
    return known;
  };
  return [
    ...templates.flatMap((template) => namesInTemplate(context, template)),
    ...tasks.flatMap(({ node, value }) => mention(context.text, node, { kind: 'task', task: value }, false)),
    ...rows.flatMap((node) => namesInRow(context.text, node, templatesNamed)),
  ];
}

export function templatesOf(context: TaskContext, taskname: string): TemplateView[] {
  return context.templates.filter(({ settings }) => settings.taskname === taskname);
}

function namesInTemplate(context: TaskContext, template: TemplateView): Mention[] {
  const task = template.settings.taskname;
  const { text } = context;
  const nameNode = context.givenIn(template, 'taskname');
  const templateNode = context.givenIn(template, 'prompt_template');
  const placeholders = template.placeholders.flatMap(({ name, start, end }) =>
    templateNode === undefined
      ? []
      : {
          name: { kind: 'field', task, field: name } as const,
          ...context.inString(templateNode, { start: start + 1, end: end - 1 }),
          isDefinition: true,
        },
  );
  const fields = (['answer_field', 'truncate_field'] as const).flatMap((key) => {
    const node = context.givenIn(template, key);
    return typeof node?.value === 'string'
      ? mention(text, node, { kind: 'field', task, field: node.value }, false)
      : [];
  });
  return [
    ...(nameNode === undefined ? [] : mention(text, nameNode, { kind: 'task', task }, true)),
    ...placeholders,
    ...fields,
    ...namesInLabels(text, task, context.givenIn(template, 'labels')),
  ];
}

function namesInLabels(text: string, task: string, labels: JsonNode | undefined): Mention[] {
  return (labels === undefined ? [] : properties(labels)).flatMap(({ key, name: label, value }) => {
    const forms = value?.type === 'array' ? value.children! : [];
    return [key, ...forms].flatMap((node) =>
      typeof node.value === 'string'
        ? mention(text, node, { kind: 'label', task, label, form: node.value.trim() }, true)
        : [],
    );
  });
}

/**
 * The names in a row, of a data file or among the examples.
 *
 * @param source the text in which the row stands; the mentions are places in it
 * @param templates those of a task: a row's answer is one of their labels, its keys are their fields
 */
export function namesInRow(
  source: string,
  row: JsonNode,
  templates: (taskname: string) => readonly TemplateView[],
): Mention[] {
  const taskNode = property(row, 'taskname')?.value;
  const task = taskNode?.value;
  if (taskNode === undefined || typeof task !== 'string') return [];
  const keys = properties(row).flatMap(({ key, name: field }) =>
    field === 'taskname' ? [] : mention(source, key, { kind: 'field', task, field }, false),
  );
  const answers = templates(task).flatMap((template) => answerInRow(source, row, template));
  return [...mention(source, taskNode, { kind: 'task', task }, false), ...keys, ...withoutRepeats(answers)];
}

function answerInRow(source: string, row: JsonNode, template: TemplateView): Mention[] {
  const { taskname: task, answer_field } = template.settings;
  const node = answer_field === null ? undefined : property(row, answer_field)?.value;
  if (template.forms === undefined || typeof node?.value !== 'string') return [];
  const form = node.value.trim();
  const label = labelOf(template.forms, node.value) ?? form;
  return mention(source, node, { kind: 'label', task, label, form }, false);
}

/** Two task files may say the same of a row. */
function withoutRepeats(mentions: readonly Mention[]): Mention[] {
  return mentions.filter(
    ({ start, name }, index) =>
      !mentions.slice(0, index).some((earlier) => earlier.start === start && isSameName(earlier.name, name)),
  );
}

/** A string's content where the name is that, and the part of it without outer blanks where only that is. */
function mention(source: string, node: JsonNode, name: Name, isDefinition: boolean): Mention[] {
  const value = String(node.value);
  const text = textOfName(name);
  if (text === '') return [];
  const start = value.indexOf(text);
  const offsets = new StringOffsets(source, node.offset, node.length);
  return [{ name, start: offsets.toSource(start), end: offsets.toSource(start + text.length), isDefinition }];
}
