import type { JsonNode, JsonPath } from '../../../task/src/json-tree.ts';
import type { Key, ValueShape } from '../../../task/src/key-types.ts';
import { taskFileShape } from '../../../task/src/keys.ts';

/** What may be written at a cursor: a key of an object, or a value of a known shape. `node` is what stands there already. */
export type Slot =
  | { kind: 'key'; keys: Readonly<Record<string, Key<unknown>>>; object: JsonNode; node: JsonNode | undefined }
  | { kind: 'value'; shape: ValueShape; path: JsonPath; node: JsonNode | undefined };

/** The slot at an offset, in text that does not parse too; undefined where nothing known can be written. */
export function slotAt(root: JsonNode | undefined, text: string, offset: number): Slot | undefined {
  return root && inValue(root, taskFileShape, [], text, offset);
}

function inValue(
  node: JsonNode | undefined,
  shape: ValueShape,
  path: JsonPath,
  text: string,
  offset: number,
): Slot | undefined {
  if (shape.kind === 'nullable' && (node?.type === 'object' || node?.type === 'array')) {
    return inValue(node, shape.of, path, text, offset);
  }
  if (node?.type === 'object') {
    return shape.kind === 'section' ? inSection(node, shape.keys, path, text, offset) : undefined;
  }
  if (node?.type === 'array') {
    if (shape.kind !== 'list') return undefined;
    const index = node.children!.findIndex((item) => isAt(item, text, offset));
    if (index >= 0) return inValue(node.children![index], shape.items, [...path, index], text, offset);
    const isBesideItem = node.children!.some((item) => offset === item.offset || offset === item.offset + item.length);
    return isBesideItem ? undefined : inValue(undefined, shape.items, [...path, node.children!.length], text, offset);
  }
  return { kind: 'value', shape, path, node };
}

function inSection(
  object: JsonNode,
  keys: Readonly<Record<string, Key<unknown>>>,
  path: JsonPath,
  text: string,
  offset: number,
): Slot | undefined {
  if (!isAt(object, text, offset)) return undefined;
  for (const property of object.children!) {
    const [key, value] = property.children!;
    if (isAt(key!, text, offset)) return { kind: 'key', keys, object, node: key };
    if (offset <= property.offset || offset > property.offset + property.length) continue;
    if (property.colonOffset === undefined || offset <= property.colonOffset) return undefined;
    const name = String(key!.value);
    const known = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (known === undefined || (value !== undefined && !isAt(value, text, offset))) return undefined;
    return inValue(value, known.shape, [...path, name], text, offset);
  }
  return { kind: 'key', keys, object, node: undefined };
}

/** Whether a cursor is in a node: between the brackets or quotes, or at a number or word. */
function isAt({ type, offset: start, length }: JsonNode, text: string, offset: number): boolean {
  const end = start + length;
  if (type === 'number' || type === 'boolean' || type === 'null') return offset >= start && offset <= end;
  const close = { object: '}', array: ']', string: '"', property: '' }[type];
  const isClosed = length > 1 && text[end - 1] === close;
  return offset > start && (isClosed ? offset < end : offset <= end);
}
