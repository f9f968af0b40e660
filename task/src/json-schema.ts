import type { Key, ValueShape } from './key-types.ts';
import { taskFileShape } from './keys.ts';

export type JsonSchema = { [key: string]: unknown };

/** The JSON schema (draft 7) of a task file, made from the table of keys. */
export function taskFileSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'ptask task file',
    // Understood by VS Code, which else takes them for mistakes.
    allowComments: true,
    allowTrailingCommas: true,
    ...schemaOf(taskFileShape),
  };
}

function schemaOf(shape: ValueShape): JsonSchema {
  switch (shape.kind) {
    case 'text':
      return schemaOfText(shape);
    case 'number':
      return schemaOfNumber(shape);
    case 'boolean':
      return { type: 'boolean' };
    case 'nullable':
      return { anyOf: [schemaOf(shape.of), { type: 'null' }] };
    case 'list':
      return schemaOfList(shape);
    case 'map':
      return withoutAbsent({
        type: 'object',
        additionalProperties: schemaOf(shape.values),
        minProperties: shape.least,
      });
    case 'section':
      return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(shape.keys).map(([name, key]) => [name, schemaOfKey(key)])),
        required: Object.entries(shape.keys).flatMap(([name, { absent }]) => (absent === 'required' ? [name] : [])),
        additionalProperties: false,
      };
    case 'row':
      return { type: 'object' };
  }
}

type Shape<Kind> = ValueShape & { kind: Kind };

function schemaOfText({ values, meanings = {}, nonEmpty }: Shape<'text'>): JsonSchema {
  // `enumDescriptions` is understood by VS Code and passed over by others.
  if (values !== undefined) return { enum: [...values], enumDescriptions: Object.values(meanings) };
  return nonEmpty ? { type: 'string', minLength: 1 } : { type: 'string' };
}

function schemaOfNumber({ integer, least, above, most, below }: Shape<'number'>): JsonSchema {
  return withoutAbsent({
    type: integer ? 'integer' : 'number',
    // Of whole numbers beyond those nobody knows which was written.
    minimum: least ?? (integer ? Number.MIN_SAFE_INTEGER : undefined),
    exclusiveMinimum: above,
    maximum: most ?? (integer ? Number.MAX_SAFE_INTEGER : undefined),
    exclusiveMaximum: below,
  });
}

function schemaOfList({ items, least, length, orSingle }: Shape<'list'>): JsonSchema {
  const ofItems = schemaOf(items);
  const array = withoutAbsent({ type: 'array', items: ofItems, minItems: length ?? least, maxItems: length });
  return orSingle ? { anyOf: [array, ofItems] } : array;
}

function withoutAbsent(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

function schemaOfKey({ shape, doc, absent }: Key<unknown>): JsonSchema {
  const derived = absent !== 'required' && 'derived' in absent ? ` Default: ${absent.derived}` : '';
  return {
    ...schemaOf(shape),
    description: doc + derived,
    ...(absent !== 'required' && 'default' in absent ? { default: absent.default } : {}),
  };
}
