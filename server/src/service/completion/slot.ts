import type { JsonPath } from '../../../../task/src/json-tree.ts';
import type { Key, ValueShape } from '../../../../task/src/key-types.ts';
import { taskFileShape } from '../../../../task/src/keys.ts';
import type { Cursor } from './cursor.ts';

/** What belongs at a cursor in a task file. */
export type Slot =
  /** A key of a section. */
  | { kind: 'key'; keys: Readonly<Record<string, Key<unknown>>> }
  /** A key of a map, such as a label. */
  | { kind: 'entry' }
  /** A key of a row. */
  | { kind: 'field' }
  /** The value of a row's field. */
  | { kind: 'field-value'; field: string }
  /** A value of a shape; `key` is the key whose value it is, unless it is inside of one. */
  | { kind: 'value'; shape: ValueShape; key: Key<unknown> | undefined };

/** Undefined where nothing known belongs. */
export function slotAt({ kind, container, path }: Cursor): Slot | undefined {
  if (kind === 'key') return keySlot(container);
  const row = rowIn(path.slice(0, -1));
  const last = path.at(-1);
  if (row && typeof last === 'string') return { kind: 'field-value', field: last };
  const found = shapeAt(path);
  return found && { kind: 'value', ...found };
}

function keySlot(container: JsonPath): Slot | undefined {
  const shape = withoutNull(shapeAt(container)?.shape);
  if (shape?.kind === 'section') return { kind: 'key', keys: shape.keys };
  if (shape?.kind === 'map') return { kind: 'entry' };
  return shape?.kind === 'row' ? { kind: 'field' } : undefined;
}

function rowIn(path: JsonPath): boolean {
  return withoutNull(shapeAt(path)?.shape)?.kind === 'row';
}

function shapeAt(path: JsonPath): { shape: ValueShape; key: Key<unknown> | undefined } | undefined {
  let shape: ValueShape = taskFileShape;
  let key: Key<unknown> | undefined;
  for (const step of path) {
    const inside = withoutNull(shape);
    key = undefined;
    if (typeof step === 'number') {
      if (inside?.kind !== 'list') return undefined;
      shape = inside.items;
    } else if (inside?.kind === 'map') {
      shape = inside.values;
    } else {
      if (inside?.kind !== 'section' || !Object.hasOwn(inside.keys, step)) return undefined;
      key = inside.keys[step]!;
      shape = key.shape;
    }
  }
  return { shape, key };
}

function withoutNull(shape: ValueShape | undefined): ValueShape | undefined {
  return shape?.kind === 'nullable' ? withoutNull(shape.of) : shape;
}
