import type { Position, SelectionRange } from 'vscode-languageserver-types';
import type { TaskContext } from '../../../task/src/context.ts';
import { type JsonNode, nodeAt, type Span, spanOf } from '../../../task/src/json-tree.ts';
import { StringOffsets } from '../../../task/src/string-offsets.ts';

/**
 * What grows around each position: the field's name, its placeholder or the marker, the string's content, the string, the
 * property, what is between the brackets, the object or list, and so on up to the whole text.
 */
export function selectionRanges(context: TaskContext, positions: readonly Position[]): SelectionRange[] {
  return positions.map((position) => {
    const spans = spansAround(context, context.lines.offset(position));
    return spans.reduce<SelectionRange | undefined>(
      (parent, span) => ({ range: context.lines.range(span), ...(parent === undefined ? {} : { parent }) }),
      undefined,
    )!;
  });
}

/** From the whole text inwards, each within the one before and smaller. */
function spansAround(context: TaskContext, offset: number): Span[] {
  const whole = { start: 0, end: context.text.length };
  const tree = context.parsed.tree;
  const inner = tree !== undefined && isIn(spanOf(tree), offset) ? spansIn(context, tree, offset) : [];
  return [whole, ...inner].filter(
    ({ start, end }, index, spans) => index === 0 || end - start < spans[index - 1]!.end - spans[index - 1]!.start,
  );
}

function spansIn(context: TaskContext, node: JsonNode, offset: number): Span[] {
  const whole = spanOf(node);
  if (node.type === 'string') return [whole, ...spansInString(context, node, offset)];
  const child = node.children?.find((candidate) => isIn(spanOf(candidate), offset));
  const below = child === undefined ? [] : spansIn(context, child, offset);
  const inside = node.type === 'object' || node.type === 'array' ? insideOf(context.text, node) : undefined;
  return inside === undefined || !isIn(inside, offset) ? [whole, ...below] : [whole, inside, ...below];
}

function spansInString(context: TaskContext, node: JsonNode, offset: number): Span[] {
  const offsets = new StringOffsets(context.text, node.offset, node.length);
  const toSource = ({ start, end }: Span): Span => ({ start: offsets.toSource(start), end: offsets.toSource(end) });
  const content = toSource({ start: 0, end: offsets.length });
  if (!isIn(content, offset)) return [];
  const template = context.templates.find(
    ({ index }) => nodeAt(context.parsed.tree, ['task_templates', index, 'prompt_template']) === node,
  );
  // Between two parts the one behind the cursor counts.
  const segment = template?.parsed.segments.findLast((part) => isIn(toSource(part), offset));
  if (segment === undefined || segment.kind === 'text') return [content];
  const name = toSource({ start: segment.start + 1, end: segment.end - 1 });
  const hasName = segment.kind === 'field' && isIn(name, offset);
  return [content, toSource(segment), ...(hasName ? [name] : [])];
}

/** What stands between the brackets, the blanks at both ends left out. */
function insideOf(text: string, node: JsonNode): Span {
  const { start, end } = spanOf(node);
  const isClosed = end - start > 1 && (text[end - 1] === '}' || text[end - 1] === ']');
  const inside = text.slice(start + 1, isClosed ? end - 1 : end);
  const from = start + 1 + (inside.length - inside.trimStart().length);
  return { start: from, end: Math.max(from, start + 1 + inside.trimEnd().length) };
}

function isIn({ start, end }: Span, offset: number): boolean {
  return offset >= start && offset <= end;
}
