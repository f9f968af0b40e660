import type { FieldSegment, MarkerSegment, TaskContext, TemplateView } from '../../../task/src/context.ts';
import type { JsonNode, Span } from '../../../task/src/json-tree.ts';
import type { Key, ValueShape } from '../../../task/src/key-types.ts';
import { taskFileShape } from '../../../task/src/keys.ts';

/** Something in a task file that can be asked about. */
export type Place =
  | { kind: 'key'; name: string; key: Key<unknown>; span: Span }
  | { kind: 'marker'; template: TemplateView; segment: MarkerSegment; span: Span }
  | { kind: 'placeholder'; template: TemplateView; segment: FieldSegment; span: Span };

/** What stands at an offset, when it is a known key, a marker or a placeholder. */
export function placeAt(context: TaskContext, offset: number): Place | undefined {
  return keyAt(context.parsed.tree, taskFileShape, offset) ?? segmentAt(context, offset);
}

function segmentAt(context: TaskContext, offset: number): Place | undefined {
  for (const template of context.templates) {
    for (const segment of template.parsed.segments) {
      const span = segment.kind === 'text' ? undefined : context.inTemplate(template, segment);
      if (segment.kind === 'text' || span === undefined || offset < span.start || offset >= span.end) continue;
      return segment.kind === 'virtual'
        ? { kind: 'marker', template, segment, span }
        : { kind: 'placeholder', template, segment, span };
    }
  }
  return undefined;
}

function keyAt(node: JsonNode | undefined, shape: ValueShape, offset: number): Place | undefined {
  if (node === undefined || !holds(node, offset)) return undefined;
  if (shape.kind === 'nullable') return keyAt(node, shape.of, offset);
  const child = node.children?.find((candidate) => holds(candidate, offset));
  if (child === undefined) return undefined;
  if (shape.kind === 'list' && node.type === 'array') return keyAt(child, shape.items, offset);
  if (shape.kind !== 'section' || child.type !== 'property') return undefined;
  const [name, value] = child.children!;
  const text = String(name!.value);
  const key = Object.hasOwn(shape.keys, text) ? shape.keys[text] : undefined;
  if (key === undefined) return undefined;
  if (!holds(name!, offset)) return keyAt(value, key.shape, offset);
  return { kind: 'key', name: text, key, span: { start: name!.offset, end: name!.offset + name!.length } };
}

function holds({ offset: start, length }: JsonNode, offset: number): boolean {
  return offset >= start && offset < start + length;
}
