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
      // `enumDescriptions` is understood by VS Code and passed over by others.
      if (shape.values !== undefined) {
        return { enum: [...shape.values], enumDescriptions: Object.values(shape.meanings ?? {}) };
      }
      return shape.nonEmpty ? { type: 'string', minLength: 1 } : { type: 'string' };
    case 'number': {
      // Of larger ones nobody knows which was written.
      const limits = shape.integer
        ? { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER, ...shape }
        : shape;
      return {
        type: shape.integer ? 'integer' : 'number',
        ...(limits.least === undefined ? {} : { minimum: limits.least }),
        ...(shape.above === undefined ? {} : { exclusiveMinimum: shape.above }),
        ...(limits.most === undefined ? {} : { maximum: limits.most }),
        ...(shape.below === undefined ? {} : { exclusiveMaximum: shape.below }),
      };
    }
    case 'boolean':
      return { type: 'boolean' };
    case 'nullable':
      return { anyOf: [schemaOf(shape.of), { type: 'null' }] };
    case 'list': {
      const items = schemaOf(shape.items);
      const array = {
        type: 'array',
        items,
        ...(shape.least === undefined ? {} : { minItems: shape.least }),
        ...(shape.length === undefined ? {} : { minItems: shape.length, maxItems: shape.length }),
      };
      return shape.orSingle ? { anyOf: [array, items] } : array;
    }
    case 'map':
      return {
        type: 'object',
        additionalProperties: schemaOf(shape.values),
        ...(shape.least === undefined ? {} : { minProperties: shape.least }),
      };
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

function schemaOfKey({ shape, doc, absent }: Key<unknown>): JsonSchema {
  const derived = absent !== 'required' && 'derived' in absent ? ` Default: ${absent.derived}` : '';
  return {
    ...schemaOf(shape),
    description: doc + derived,
    ...(absent !== 'required' && 'default' in absent ? { default: absent.default } : {}),
  };
}
