import { jsonInner, type TaskContext, type TemplateView } from './context.ts';
import type { SpanEdit } from './fix.ts';
import { insertEntry, insertProperty, removeEntry } from './json-edits.ts';
import { type JsonNode, nodeAt, property, spanOf } from './json-tree.ts';
import { answerSegment, marker } from './template.ts';
import type { TaskTemplate } from './types.ts';

/*
 * Changes to a task file that its rules offer as fixes. Each gives undefined where the text is too broken to tell, and so does
 * a change that is made of several of them.
 */

type Edits = SpanEdit[] | undefined;

/** Changes that belong together. */
export function together(...parts: Edits[]): Edits {
  const all = parts.flatMap((part) => part ?? []);
  return parts.includes(undefined) ? undefined : all;
}

export function replaceNode(node: JsonNode, json: string): SpanEdit[] {
  return [{ ...spanOf(node), newText: json }];
}

/** Gives a key of a template a value, as JSON, whether the template has the key or not. */
export function setTemplateKey(
  context: TaskContext,
  { index }: TemplateView,
  key: keyof TaskTemplate,
  json: string,
): Edits {
  const object = nodeAt(context.parsed.tree, ['task_templates', index]);
  const there = property(object, key);
  if (there !== undefined) return there.value && replaceNode(there.value, json);
  return object?.type === 'object' ? insertProperty(context.text, object, key, json) : undefined;
}

/** Renames a field in a template, wherever it stands in it, and where the template's other keys name it. */
export function renameField(context: TaskContext, template: TemplateView, from: string, to: string): SpanEdit[] {
  const inText = template.placeholders.flatMap((placeholder) => {
    const at = placeholder.name === from ? context.inTemplate(template, placeholder) : undefined;
    return at === undefined ? [] : [{ ...at, newText: jsonInner(`{${to}}`) }];
  });
  const inKeys = (['answer_field', 'truncate_field'] as const).flatMap((key) => {
    const node = context.givenIn(template, key);
    return node?.value === from ? replaceNode(node, JSON.stringify(to)) : [];
  });
  return [...inText, ...inKeys];
}

/**
 * Moves the answer to the end of a template, or takes away the blanks or the full stop behind it. A space parts it from a
 * word before it, so that the tokeniser does not join the two, and from virtual tokens, since most words begin with one.
 */
export function moveToEnd(context: TaskContext, template: TemplateView, field: string): Edits {
  const { prompt_template: text } = template.settings;
  const place = answerSegment(template.parsed.segments, field);
  const segment = template.parsed.segments[place];
  const at = segment && context.inTemplate(template, segment);
  if (segment === undefined || at === undefined) return undefined;
  const behind = text.slice(segment.end);
  if (behind === '') return [];
  const end = context.inTemplate(template, { start: text.length, end: text.length })!;
  if (isPunctuation(behind)) return [{ start: at.end, end: end.start, newText: '' }];
  // Of the two blanks around it one stays.
  const blank = text[segment.start - 1] === ' ' && behind.startsWith(' ') ? 1 : 0;
  return [
    { ...context.inTemplate(template, { start: segment.start - blank, end: segment.end })!, newText: '' },
    { ...end, newText: behindText(text, field) },
  ];
}

/** Text without a word, which says nothing when the answer no longer stands in front of it. */
export function isPunctuation(text: string): boolean {
  return !/[\p{L}\p{N}{<]/u.test(text);
}

/** Adds a field at the end of a template, as `moveToEnd` does. */
export function addAtEnd(context: TaskContext, template: TemplateView, field: string): Edits {
  const { prompt_template: text } = template.settings;
  const end = context.inTemplate(template, { start: text.length, end: text.length });
  return end && [{ ...end, newText: behindText(text, field) }];
}

function behindText(text: string, field: string): string {
  return `${/(?:[\p{L}\p{M}\p{N}}]|\|>)$/u.test(text) ? ' ' : ''}${jsonInner(`{${field}}`)}`;
}

/** Gives a key of the file a value, as JSON; a new key stands behind `after`, when the file has that. */
export function setKey(context: TaskContext, key: string, json: string, after: string): Edits {
  const { tree } = context.parsed;
  const there = property(tree, key);
  if (there !== undefined) return there.value && replaceNode(there.value, json);
  if (tree?.type !== 'object') return undefined;
  return insertProperty(context.text, tree, key, json, property(tree, after)?.key.parent);
}

export function addToNewTasks(context: TaskContext, taskname: string): Edits {
  const node = context.given('new_tasks');
  return node?.type === 'array' ? insertEntry(context.text, node, JSON.stringify(taskname)) : undefined;
}

/** Removes an entry of a list; one that stands alone for a list goes with its key. */
export function removeFromList({ text }: TaskContext, node: JsonNode): Edits {
  return removeEntry(text, node.parent?.type === 'property' ? node.parent : node);
}

/** Removes a template from `task_templates`. */
export function removeTemplate(context: TaskContext, { index }: TemplateView): Edits {
  const node = nodeAt(context.parsed.tree, ['task_templates', index]);
  return node && removeEntry(context.text, node);
}

/** Adds a template for a task: the same as the first of the file, which is more likely right than anything else. */
export function addTemplate(context: TaskContext, taskname: string): Edits {
  const list = context.given('task_templates');
  if (list?.type !== 'array') return undefined;
  const first = context.templates.find(({ parsed, markers }) => parsed.problems.length === 0 && markers.length > 0);
  const { prompt_template, answer_field } = first?.settings ?? {
    prompt_template: `${marker(0)} {sentence}:{label}`,
    answer_field: 'label',
  };
  const keys = { taskname, prompt_template, answer_field };
  return insertEntry(context.text, list, JSON.stringify(keys, undefined, 2));
}

/** Writes splits in place of those a template gives, number by number where there are as many. */
export function replaceSplits(node: JsonNode, splits: readonly number[]): SpanEdit[] {
  const items = node.children ?? [];
  if (items.length !== splits.length) return replaceNode(node, `[${splits.join(', ')}]`);
  return items.flatMap((item, index) => (item.value === splits[index] ? [] : replaceNode(item, String(splits[index]))));
}
