import { describe, expect, it } from 'vitest';
import type { CompletionItem } from 'vscode-languageserver-types';
import { row, taskFile } from '../task/harness.ts';
import { applied, atCursor, type Editor, editor, TASK, TRAIN, uriOf } from './harness.ts';

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

describe('hover', () => {
  const hovered = async (marked: string) => {
    const { text, position } = atCursor(marked);
    const { service } = await opened(text);
    const hover = service.hover(TASK, position);
    return hover && (hover.contents as { value: string }).value;
  };

  it('of a key says its meaning, default and NeMo’s name', async () => {
    const text = await hovered(taskFile({ file: '"trainer": { "max_‸epochs": 3 }' }));
    expect(text).toContain('How often training goes through the data at most.');
    expect(text).toContain('Default: `20`');
    expect(text).toContain('`trainer.max_epochs`');
  });

  it('of a marker says how many virtual tokens it has and where they go, escapes or not', async () => {
    const text = await hovered(
      taskFile({
        of: '"prompt_template": "\\u003c|VIRTUAL_PROMPT_0|>\\n{sentence}<|VIRT‸UAL_PROMPT_1|> {label}", "virtual_token_splits": [3, 4]',
      }),
    );
    expect(text).toContain('**Virtual tokens**: 4');
    expect(text).toContain('Tokens 4 to 7 of the 7');
    expect(text).toContain('marker 2 of 2');
  });

  it('of a placeholder says how many rows have it', async () => {
    const text = await hovered(taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sent‸ence}:{label}"' }));
    expect(text).toContain('In 4 of the 4 rows');
  });

  it('of anything else is not there', async () => {
    expect(await hovered(taskFile({ file: '"trainer": { "max_epochs": ‸3 }' }))).toBeUndefined();
    expect(await hovered(taskFile({ file: '"unk‸nown": 3' }))).toBeUndefined();
  });
});

describe('completion', () => {
  const offered = async (marked: string, data: Record<string, string> = {}) => {
    const { text, position } = atCursor(marked);
    const open = editor();
    Object.assign(open.disk, data);
    open.service.openDocument(TASK, text);
    await open.service.settled();
    const items = await open.service.completions(TASK, position);
    const accept = (label: string) => {
      const { textEdit } = items.find((item) => item.label === label)!;
      return applied(TASK, text, [textEdit as { range: never; newText: string }]);
    };
    return { labels: items.map(({ label }: CompletionItem) => label), items, accept };
  };

  it('of keys gives those that are missing, with their documentation, in text that does not parse', async () => {
    const { labels, items, accept } = await offered('{ "model": "demo", "trainer": { "seed": 1, "max‸');
    expect(labels).toContain('max_epochs');
    expect(labels).not.toContain('seed');
    expect(labels).not.toContain('model');
    expect(accept('max_epochs')).toBe('{ "model": "demo", "trainer": { "seed": 1, "max_epochs": ');
    expect(items[0]?.documentation).toMatchObject({ value: expect.stringContaining('Default') });
  });

  it('between keys gives keys, and keeps a colon that is there', async () => {
    expect((await offered('{ "model": "demo", ‸ }')).accept('language')).toBe('{ "model": "demo", "language":  }');
    expect((await offered('{ "lang‸": "sv" }')).accept('language')).toBe('{ "language": "sv" }');
  });

  it('of values gives what the key allows, with and without quotes', async () => {
    const empty = await offered('{ "p_tuning": { "encoder_type": ‸ } }');
    expect(empty.labels).toEqual(['"lstm"', '"mlp"', '"tpmlp"', '"residual"', '"embedding"']);
    const started = await offered('{ "p_tuning": { "encoder_type": "r‸" } }');
    expect(started.accept('"residual"')).toBe('{ "p_tuning": { "encoder_type": "residual" } }');
    expect((await offered('{ "data": { "add_bos": ‸ } }')).labels).toEqual(['true', 'false']);
  });

  it('of tasks and fields gives those of the file', async () => {
    expect((await offered(taskFile({ file: '"new_tasks": ["‸"]' }))).labels).toEqual(['"sentiment-task"']);
    expect((await offered(taskFile({ of: '"answer_field": "‸"' }))).labels).toEqual(['"sentence"', '"label"', 'null']);
  });

  it('in a template gives the fields of the rows with their counts, behind escapes too', async () => {
    const of = '"prompt_template": "\\u003c|VIRTUAL_PROMPT_0|>\\n{sen‸ {label}"';
    const train = JSON.stringify({ taskname: 'sentiment-task', sentence: 'a', label: 'positiva', source: 'x' });
    const { labels, items, accept } = await offered(taskFile({ of }), { 'train.jsonl': train });
    expect(labels.toSorted()).toEqual(['{label}', '{sentence}', '{source}']);
    expect(items.find(({ label }) => label === '{source}')?.detail).toBe('1 of 3 rows');
    expect(accept('{sentence}')).toContain('|>\\n{sentence} {label}"');
  });

  it('in a template gives the next marker', async () => {
    const { labels, accept } = await offered(
      taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}<|‸ {label}"' }),
    );
    expect(labels).toEqual(['<|VIRTUAL_PROMPT_1|>']);
    expect(accept('<|VIRTUAL_PROMPT_1|>')).toContain('{sentence}<|VIRTUAL_PROMPT_1|> {label}');
  });

  it('is not given behind a value or outside the file', async () => {
    expect((await offered('{ "model": "demo"‸ }')).labels).toEqual([]);
    expect((await offered('{ "model": "demo" } ‸')).labels).toEqual([]);
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
