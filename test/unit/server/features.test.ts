import { describe, expect, it } from 'vitest';
import { row, taskFile } from '../task/harness.ts';
import { applied, type Editor, editor, TASK, TRAIN, uriOf } from './harness.ts';

async function opened(text: string): Promise<Editor> {
  const open = editor();
  open.service.openDocument(TASK, text);
  await open.service.settled();
  return open;
}

describe('quick fixes', () => {
  const fixed = async (of: string) => {
    const text = taskFile({ of });
    const { service } = await opened(text);
    const [problem] = service.diagnostics(TASK);
    const [action] = service.codeActions(TASK, problem!.range);
    expect(action?.diagnostics).toEqual([problem]);
    service.changeDocument(TASK, applied(TASK, text, action!.edit!.changes![TASK]!));
    await service.settled();
    return { before: problem!.code, after: service.diagnostics(TASK).map(({ code }) => code) };
  };

  it.each([
    ['split-sum', '"total_virtual_tokens": 12, "virtual_token_splits": [10]'],
    ['marker-order', '"prompt_template": "<|VIRTUAL_PROMPT_1|> {sentence}:{label}"'],
    ['placeholder-unknown', '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentense}:{label}"'],
  ])('of %s takes the problem away', async (code, of) => {
    expect(await fixed(of)).toEqual({ before: code, after: [] });
  });

  it('elsewhere are not given', async () => {
    const { service } = await opened(taskFile({ of: '"total_virtual_tokens": 12, "virtual_token_splits": [10]' }));
    const top = { line: 0, character: 0 };
    expect(service.codeActions(TASK, { start: top, end: top })).toEqual([]);
  });
});

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
