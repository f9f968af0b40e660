import { type CompletionItem, CompletionItemKind, MarkupKind } from 'vscode-languageserver-types';
import type { Position } from '../../../protocol/src/problem.ts';
import { jsonInner, type TaskContext, type TemplateView } from '../../../task/src/context.ts';
import { type DataFacts, rowsOf } from '../../../task/src/data-facts.ts';
import { type JsonNode, type JsonPath, properties, type Span, spanOf } from '../../../task/src/json-tree.ts';
import type { ValueShape } from '../../../task/src/key-types.ts';
import { StringOffsets } from '../../../task/src/string-offsets.ts';
import { marker } from '../../../task/src/template.ts';
import { type Slot, slotAt } from './completion-slot.ts';
import { keyText } from './hover.ts';

type KeySlot = Slot & { kind: 'key' };
type ValueSlot = Slot & { kind: 'value' };

/**
 * What can be written at a position: keys that the object does not have yet, values of a key that has few, tasks, fields,
 * and inside a template its placeholders and next marker.
 *
 * @param data what the rows say, from which fields are taken; undefined while they have not been read
 */
export function completions(context: TaskContext, data: DataFacts | undefined, position: Position): CompletionItem[] {
  const offset = context.lines.offset(position);
  const slot = slotAt(context.parsed.tree, context.text, offset);
  if (slot === undefined) return [];
  if (slot.kind === 'key') return keyItems(context, slot, offset);
  const template = templateOf(context, slot);
  if (template !== undefined && slot.path.at(-1) === 'prompt_template') {
    return slot.node?.type === 'string' ? templateItems(context, template, slot.node, data, offset) : [];
  }
  return valueItems(context, slot, template, offset);
}

function keyItems(context: TaskContext, { keys, object, node }: KeySlot, offset: number): CompletionItem[] {
  const present = new Set(properties(object).flatMap(({ key, name }) => (key === node ? [] : [name])));
  const span = node === undefined ? { start: offset, end: offset } : spanOf(node);
  const colon = /^\s*:/.test(context.text.slice(span.end)) ? '' : ': ';
  return Object.entries(keys)
    .filter(([name]) => !present.has(name))
    .map(([name, key]) => ({
      ...item(context, name, CompletionItemKind.Property, span, `${JSON.stringify(name)}${colon}`),
      filterText: JSON.stringify(name),
      documentation: { kind: MarkupKind.Markdown, value: keyText(name, key) },
    }));
}

function valueItems(
  context: TaskContext,
  { shape, path, node }: ValueSlot,
  template: TemplateView | undefined,
  offset: number,
): CompletionItem[] {
  const span = node === undefined ? { start: offset, end: offset } : spanOf(node);
  const values = [...namesFor(context, path, template), ...valuesOf(shape)];
  return [...new Set(values)].map((value) => {
    const text = JSON.stringify(value);
    return { ...item(context, text, CompletionItemKind.Value, span, text), filterText: text };
  });
}

function valuesOf(shape: ValueShape): (string | boolean | null)[] {
  if (shape.kind === 'nullable') return [...valuesOf(shape.of), null];
  if (shape.kind === 'boolean') return [true, false];
  return shape.kind === 'text' ? [...(shape.values ?? [])] : [];
}

/** Names that the task file itself defines. */
function namesFor(context: TaskContext, path: JsonPath, template: TemplateView | undefined): string[] {
  const [first] = path;
  if (path.length === 2 && (first === 'new_tasks' || first === 'existing_tasks')) return [...context.tasknames];
  if (template === undefined || path.length !== 3) return [];
  const { answer_field } = template.settings;
  if (path[2] === 'answer_field') return template.fields;
  return path[2] === 'truncate_field' ? template.fields.filter((field) => field !== answer_field) : [];
}

function templateOf(context: TaskContext, { path }: ValueSlot): TemplateView | undefined {
  const [first, index] = path;
  return first === 'task_templates' && typeof index === 'number' ? context.templates[index] : undefined;
}

function templateItems(
  context: TaskContext,
  template: TemplateView,
  node: JsonNode,
  data: DataFacts | undefined,
  offset: number,
): CompletionItem[] {
  const offsets = new StringOffsets(context.text, node.offset, node.length);
  const cursor = offsets.toValue(offset);
  const value = template.settings.prompt_template;
  const before = value.slice(0, cursor);
  const after = value.slice(cursor);
  const field = /\{[^{}<\n]*$/.exec(before);
  const started = /<\|?[A-Z_0-9]*$/.exec(before);
  const from = (start: number, rest: RegExp): Span => ({
    start: offsets.toSource(start),
    end: offsets.toSource(cursor + rest.exec(after)![0].length),
  });
  const fields =
    field || !started
      ? fieldItems(context, template, data, from(field?.index ?? cursor, field ? /^[\p{L}\p{N}_-]*\}?/u : /^/))
      : [];
  if (field) return fields;
  return [...fields, markerItem(context, template, from(started?.index ?? cursor, started ? /^[A-Z_0-9]*\|?>?/ : /^/))];
}

function fieldItems(
  context: TaskContext,
  template: TemplateView,
  data: DataFacts | undefined,
  span: Span,
): CompletionItem[] {
  const facts = data?.tasks.get(template.settings.taskname);
  if (facts === undefined) return [];
  const counts = [...facts.fieldCounts, ...facts.otherFields].sort(([, a], [, b]) => b - a);
  return counts.map(([name, rows], place) => ({
    ...item(context, `{${name}}`, CompletionItemKind.Field, span, jsonInner(`{${name}}`)),
    detail: `${rows} of ${rowsOf(facts)} rows`,
    sortText: String(place).padStart(4, '0'),
  }));
}

function markerItem(context: TaskContext, { markers }: TemplateView, span: Span): CompletionItem {
  const next = marker(Math.max(-1, ...markers.map(({ index }) => index)) + 1);
  return {
    ...item(context, next, CompletionItemKind.Constant, span, next),
    detail: 'Virtual tokens',
  };
}

function item(
  context: TaskContext,
  label: string,
  kind: CompletionItemKind,
  span: Span,
  newText: string,
): CompletionItem {
  return { label, kind, textEdit: { range: context.lines.range(span), newText } };
}
