import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { taskFileSchema } from '../../../task/src/json-schema.ts';

const SCHEMA = new URL('../../../schemas/ptask.schema.json', import.meta.url);

it('is what schemas/ptask.schema.json holds (UPDATE_SCHEMA=1 writes it)', () => {
  const schema = JSON.parse(JSON.stringify(taskFileSchema()));
  if (process.env.UPDATE_SCHEMA) writeFileSync(SCHEMA, `${JSON.stringify(schema, null, 2)}\n`);
  expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).toEqual(schema);
});

it('describes a key with its type, default and meaning', () => {
  expect(taskFileSchema()).toMatchObject({
    type: 'object',
    required: ['model', 'task_templates'],
    additionalProperties: false,
    properties: {
      optim: { properties: { lr: { type: 'number', exclusiveMinimum: 0, default: 1e-4 } } },
      virtual_prompt_style: {
        enum: ['p-tuning', 'prompt-tuning'],
        enumDescriptions: [expect.any(String), 'they are learned directly'],
        default: 'p-tuning',
      },
      new_tasks: { description: expect.stringContaining('Default: Every task') },
    },
  });
});

it('has no whole number that would be another one when it is read', () => {
  const { MAX_SAFE_INTEGER: most, MIN_SAFE_INTEGER: least } = Number;
  expect(taskFileSchema()).toMatchObject({
    properties: {
      trainer: { properties: { batch_size: { type: 'integer', minimum: 1, maximum: most } } },
      task_templates: {
        items: { properties: { virtual_token_splits: { items: { type: 'integer', minimum: least, maximum: most } } } },
      },
    },
  });
});
