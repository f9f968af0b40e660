import type { FieldSegment, MarkerSegment, TaskContext, TemplateView } from '../../../task/src/context.ts';
import { SPLITS } from '../../../task/src/data-facts.ts';
import { type JsonNode, type JsonPath, type Span, spanOf } from '../../../task/src/json-tree.ts';
import type { Key, ValueShape } from '../../../task/src/key-types.ts';
import { taskFileShape } from '../../../task/src/keys.ts';

/** Something in a task file that can be asked about. */
export type Place = Span &
  (
    | { kind: 'key'; name: string; key: Key<unknown> }
    /** One of the few values of a key. */
    | { kind: 'choice'; value: string; meaning: string }
    | { kind: 'marker'; template: TemplateView; segment: MarkerSegment }
    | { kind: 'placeholder'; template: TemplateView; segment: FieldSegment }
    /** A field that a template names outside its text. */
    | { kind: 'field'; template: TemplateView; name: string }
    | { kind: 'task'; taskname: string }
    | { kind: 'model' }
    | { kind: 'language'; language: string }
    | { kind: 'prompt-table' }
    | { kind: 'data-file'; name: string }
    | { kind: 'label'; template: TemplateView; label: string; form: string }
    | { kind: 'example'; index: number }
  );

/** What stands at an offset, when it is something that we know of. */
export function placeAt(context: TaskContext, offset: number): Place | undefined {
  const found = descend(context.parsed.tree, taskFileShape, offset);
  if (found === undefined) return undefined;
  const { node, shape, key } = found;
  const span = spanOf(node);
  if (key !== undefined) return { kind: 'key', ...key, ...span };
  const named = namedAt(context, found, offset);
  if (named !== undefined) return named;
  if (shape?.kind !== 'text' || typeof node.value !== 'string') return undefined;
  const meaning = shape.meanings?.[node.value];
  return meaning === undefined ? undefined : { kind: 'choice', value: node.value, meaning, ...span };
}

interface Found {
  node: JsonNode;
  /** Of the value, or of the object that a key belongs to. */
  path: JsonPath;
  isKey: boolean;
  /** For the key of a section. */
  key: { name: string; key: Key<unknown> } | undefined;
  shape: ValueShape | undefined;
}

/** The innermost key or value at an offset. */
function descend(root: JsonNode | undefined, rootShape: ValueShape, offset: number): Found | undefined {
  let node = root;
  let shape: ValueShape | undefined = rootShape;
  const path: (string | number)[] = [];
  while (node !== undefined && holds(node, offset)) {
    const inner: ValueShape | undefined = shape?.kind === 'nullable' ? shape.of : shape;
    const at: number = node.children?.findIndex((candidate) => holds(candidate, offset)) ?? -1;
    const child: JsonNode | undefined = node.children?.[at];
    if (child === undefined) return { node, path, isKey: false, key: undefined, shape: inner };
    if (node.type === 'array') {
      path.push(at);
      shape = inner?.kind === 'list' ? inner.items : undefined;
      node = child;
      continue;
    }
    const [name, value]: JsonNode[] = child.children!;
    const text = String(name!.value);
    const key = inner?.kind === 'section' && Object.hasOwn(inner.keys, text) ? inner.keys[text] : undefined;
    if (holds(name!, offset)) {
      return { node: name!, path, isKey: true, key: key && { name: text, key }, shape: undefined };
    }
    path.push(text);
    shape = inner?.kind === 'map' ? inner.values : key?.shape;
    node = value;
  }
  return undefined;
}

function holds({ offset: start, length }: JsonNode, offset: number): boolean {
  return offset >= start && offset < start + length;
}

/** What a key or value names. */
function namedAt(context: TaskContext, found: Found, offset: number): Place | undefined {
  const { node, path, isKey } = found;
  const span = spanOf(node);
  const text = typeof node.value === 'string' ? node.value : undefined;
  const [first, second] = path;
  if (first === 'examples') {
    return typeof second === 'number' ? exampleAt(context, path, node, second) : undefined;
  }
  if (first === 'task_templates') return inTemplate(context, found, offset);
  if (text === undefined || isKey) return undefined;
  if (path.length === 1) {
    if (first === 'model') return { kind: 'model', ...span };
    if (first === 'language') return { kind: 'language', language: text, ...span };
    if (first === 'prompt_table') return { kind: 'prompt-table', ...span };
  }
  if (first === 'new_tasks' || first === 'existing_tasks') return { kind: 'task', taskname: text, ...span };
  const isData = first === 'data' && SPLITS.some(({ key }) => key === second);
  return isData ? { kind: 'data-file', name: text, ...span } : undefined;
}

function exampleAt(context: TaskContext, path: JsonPath, node: JsonNode, index: number): Place {
  if (path[2] === 'taskname' && typeof node.value === 'string') {
    return { kind: 'task', taskname: node.value, ...spanOf(node) };
  }
  const row = context.given('examples', index);
  return { kind: 'example', index, ...spanOf(row ?? node) };
}

function inTemplate(context: TaskContext, { node, path, isKey }: Found, offset: number): Place | undefined {
  const [, index, name] = path;
  const template = typeof index === 'number' ? context.templates[index] : undefined;
  if (template === undefined) return undefined;
  const span = spanOf(node);
  if (name === 'labels') return labelAt(template, path, node, isKey);
  if (name === 'virtual_token_splits' && typeof path[3] === 'number') {
    const segment = template.markers.find((marker) => marker.index === path[3]);
    return segment && { kind: 'marker', template, segment, ...span };
  }
  if (typeof node.value !== 'string' || path.length !== 3) return undefined;
  if (name === 'prompt_template') return isKey ? undefined : segmentAt(context, template, node, offset);
  if (name === 'taskname') return { kind: 'task', taskname: node.value, ...span };
  if (name === 'answer_field' || name === 'truncate_field')
    return { kind: 'field', template, name: node.value, ...span };
  return undefined;
}

function labelAt(template: TemplateView, path: JsonPath, node: JsonNode, isKey: boolean): Place | undefined {
  if (typeof node.value !== 'string') return undefined;
  const text = node.value;
  const label = isKey && path.length === 3 ? text : path.length === 5 && !isKey ? String(path[3]) : undefined;
  return label === undefined ? undefined : { kind: 'label', template, label, form: text, ...spanOf(node) };
}

/** The marker or placeholder at an offset in a template's text. */
function segmentAt(context: TaskContext, template: TemplateView, node: JsonNode, offset: number): Place | undefined {
  for (const segment of template.parsed.segments) {
    const span = context.inString(node, segment);
    if (segment.kind === 'text' || offset < span.start || offset >= span.end) continue;
    return segment.kind === 'virtual'
      ? { kind: 'marker', template, segment, ...span }
      : { kind: 'placeholder', template, segment, ...span };
  }
  return undefined;
}
