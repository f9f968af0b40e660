import { describe, expect, it } from 'vitest';
import { areReady, madeReady } from '../../../engine/src/cli/new-rows.ts';
import { InputError } from '../../../engine/src/errors.ts';
import type { DataSource } from '../../../task/src/new-task/read-data.ts';
import { fatal } from '../../../task/src/new-task/row-found.ts';

const WANTED = { taskname: 'tone', fields: ['text'], answerField: 'label', labels: undefined };

/** Data that were sound when they were first gone through, and that the disk then fails to read to their end. */
const source: DataSource = {
  path: '/data/tone.jsonl',
  form: 'lines',
  encoding: 'utf-8',
  async *rows() {
    yield [{ row: { taskname: 'tone', text: 'Good', label: 'x' }, line: 1 }];
    yield [fatal(undefined, 'It cannot be read: the disk reports an input/output error')];
  },
  notes: () => [],
};

describe('data that cannot be read to their end any more', () => {
  const sources = [{ source, split: 'train' }] as const;
  const refused = new InputError('/data/tone.jsonl: It cannot be read: the disk reports an input/output error');

  it('are an error, rather than fewer rows', async () => {
    await expect(madeReady(sources, WANTED, 0.1)).rejects.toThrow(refused);
  });

  it('are not said to be data files as they are', async () => {
    await expect(areReady(sources, WANTED)).rejects.toThrow(refused);
  });
});
