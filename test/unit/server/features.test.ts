import { describe, expect, it } from 'vitest';
import { row, taskFile } from '../task/harness.ts';
import { type Editor, editor, TASK, TRAIN, uriOf } from './harness.ts';

async function opened(text: string): Promise<Editor> {
  const open = editor();
  open.service.openDocument(TASK, text);
  await open.service.settled();
  return open;
}

describe('the outline and links', () => {
  it('name each task with its markers and placeholders', async () => {
    const { service } = await opened(taskFile());
    expect(service.documentSymbols(TASK)).toMatchObject([
      {
        name: 'sentiment-task',
        detail: '10 virtual tokens',
        children: [{ name: '<|VIRTUAL_PROMPT_0|>' }, { name: '{sentence}' }, { name: '{label}' }],
      },
    ]);
  });

  it('lead to the data files', async () => {
    const { service } = await opened(taskFile());
    expect(service.documentLinks(TASK).map(({ target }) => target)).toEqual([TRAIN, uriOf('project/validation.jsonl')]);
  });

  it('are not given for a data file', async () => {
    const { service } = await opened(taskFile());
    service.openDocument(TRAIN, row('a'));
    expect(service.documentSymbols(TRAIN)).toEqual([]);
    expect(service.documentLinks(TRAIN)).toEqual([]);
  });
});
