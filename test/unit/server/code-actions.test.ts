import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CodeAction, CodeActionContext, Diagnostic, Range } from 'vscode-languageserver-types';
import { FIX_ALL } from '../../../server/src/service/code-actions.ts';
import { checkTaskText } from '../../../task/src/check.ts';
import { row, TASK_PATH, taskFile, template } from '../task/harness.ts';
import { mutated, mutations } from '../task/mutations.ts';
import { applied, type Editor, editor, TASK, TRAIN, uriOf } from './harness.ts';

const MARKER = '<|VIRTUAL_PROMPT_0|>';
const VALIDATION = uriOf('project/validation.jsonl');

async function opened(task: string, data: Record<string, string> = {}): Promise<Editor> {
  const open = editor();
  Object.assign(open.disk, data);
  open.service.openDocument(TASK, task);
  for (const [name, text] of Object.entries(data)) open.service.openDocument(uriOf(`project/${name}`), text);
  await open.service.settled();
  return open;
}

const EVERYWHERE: Range = { start: { line: 0, character: 0 }, end: { line: 1_000_000, character: 0 } };

function titles(actions: readonly CodeAction[]): string[] {
  return actions.map(({ title }) => title);
}

/** What an action makes of a document. */
function fixedText(uri: string, text: string, action: CodeAction | undefined): string {
  return applied(uri, text, action!.edit!.changes![uri]!);
}

describe('quick fixes', () => {
  const SPLITS = taskFile({ of: '"total_virtual_tokens": 12, "virtual_token_splits": [10]' });

  it('come with the problem that they fix, the best one preferred', async () => {
    const { service } = await opened(SPLITS);
    const [problem] = service.diagnostics(TASK);
    const actions = service.codeActions(TASK, problem!.range, { only: ['quickfix'] });
    expect(titles(actions)).toEqual(['Set the total to 10', 'Change the splits to [12]']);
    expect(actions.map(({ isPreferred }) => isPreferred)).toEqual([true, undefined]);
    for (const { kind, diagnostics } of actions) expect([kind, diagnostics]).toEqual(['quickfix', [problem]]);
  });

  it('have no favourite where any may be right', async () => {
    const rows = row('a', '');
    const { service } = await opened(taskFile(), { 'train.jsonl': rows });
    const actions = service.codeActions(TRAIN, EVERYWHERE, { only: ['quickfix'] });
    expect(titles(actions)).toEqual(['Set "label" to "positiva"', 'Set "label" to "negativa"', 'Remove this row']);
    expect(actions.some(({ isPreferred }) => isPreferred)).toBe(false);
  });

  it('are not given elsewhere', async () => {
    const { service } = await opened(SPLITS);
    for (const place of [
      { line: 0, character: 0 },
      { line: 999, character: 0 },
    ]) {
      expect(service.codeActions(TASK, { start: place, end: place }, { only: ['quickfix'] })).toEqual([]);
    }
  });

  it('are those of the problems that the editor asks about, which they name as the editor does', async () => {
    const { service } = await opened(taskFile({ file: '"langauge": 1, "colour": 2' }));
    const [first, second] = service.diagnostics(TASK);
    const known: Diagnostic = { ...second!, codeDescription: { href: 'https://example.com' } };
    const ask = (context: Partial<CodeActionContext>) =>
      service.codeActions(TASK, EVERYWHERE, { only: ['quickfix'], ...context });
    const actions = ask({ diagnostics: [known, { ...first!, source: 'json' }] });
    expect(titles(actions)).toEqual(['Remove "colour"']);
    expect(actions[0]!.diagnostics).toEqual([known]);
    // Neovim sends what it was told in an order of its own.
    const { start, end } = second!.range;
    const reordered = { end: { character: end.character, line: end.line }, start };
    expect(titles(ask({ diagnostics: [{ ...second!, range: reordered }] }))).toEqual(['Remove "colour"']);
    // What the editor shows of another program says nothing of ours.
    expect(titles(ask({ diagnostics: [{ ...first!, source: 'json' }] }))).toContain('Remove "langauge"');
    expect(ask({ diagnostics: [{ ...first!, message: 'Of an older text.' }] })).toEqual([]);
  });

  it('of a row change its data file', async () => {
    const rows = `${row('a')}\r\n${row('b', 'postiva')}\r\n`;
    const { service } = await opened(taskFile(), { 'train.jsonl': rows });
    const [action] = service.codeActions(TRAIN, EVERYWHERE);
    expect(action!.title).toBe('Change to "positiva"');
    expect(fixedText(TRAIN, rows, action)).toBe(`${row('a')}\r\n${row('b')}\r\n`);
    expect(service.codeActions(TASK, EVERYWHERE)).toEqual([]);
  });

  it('of a leaked row remove it there, not in the training data', async () => {
    const rows = `${row('ny')}\n${row('Kursen stiger')}`;
    const { service } = await opened(taskFile(), { 'validation.jsonl': rows });
    const [action] = service.codeActions(VALIDATION, EVERYWHERE);
    expect(Object.keys(action!.edit!.changes!)).toEqual([VALIDATION]);
    expect(fixedText(VALIDATION, rows, action)).toBe(`${row('ny')}\n`);
  });

  it('of data that is being edited are for the rows where they are now', async () => {
    const rows = `${row('a')}\n${row('b', 'postiva')}`;
    const { service } = await opened(taskFile(), { 'train.jsonl': rows });
    service.openDocument(TRAIN, rows);
    service.editDocument(TRAIN, [{ text: `${row('ny')}\n${rows}` }]);
    const [action] = service.codeActions(TRAIN, EVERYWHERE);
    expect(action!.edit!.changes![TRAIN]![0]!.range.start.line).toBe(2);
  });
});

it('a fix of a row is for the text that is there now, however long the file and whatever was typed just now', async () => {
  // Too long to be read between two keystrokes.
  const rows = Array.from({ length: 2000 }, (_, i) => row(`mening ${i}`, i % 50 === 0 ? 'postiva' : 'positiva'));
  const start = rows.join('\n');
  const { service } = await opened(taskFile(), { 'train.jsonl': start });
  let text = start;
  const edits = fc.array(
    fc.record({
      line: fc.nat(1999),
      removed: fc.nat(3),
      added: fc.constantFrom('', '\n', '{', `${row('ny')}\n`, '\r\n\n'),
    }),
    { minLength: 1, maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(edits, fc.boolean(), async (changes, settles) => {
      for (const { line, removed, added } of changes) {
        const lines = text.split('\n');
        text = [...lines.slice(0, line), added + lines.slice(line + removed).join('\n')].join('\n');
        service.editDocument(TRAIN, [{ text }]);
      }
      if (settles) await service.settled();
      const document = TextDocument.create(TRAIN, 'jsonl', 0, text);
      for (const { title, edit } of service.codeActions(TRAIN, EVERYWHERE)) {
        if (title !== 'Change to "positiva"') continue;
        for (const { range } of edit!.changes![TRAIN]!) expect(document.getText(range)).toBe('"postiva"');
      }
    }),
    { numRuns: 60 },
  );
});

describe('fixing all problems of a kind', () => {
  it('is offered where there are several', async () => {
    const rows = [row('a'), row('a'), row('b'), row('b'), row('b')].join('\n');
    const { service } = await opened(taskFile(), { 'train.jsonl': rows });
    const [problem] = service.diagnostics(TRAIN);
    const actions = service.codeActions(TRAIN, problem!.range, { only: ['quickfix'] });
    expect(titles(actions)).toEqual(['Remove this row', 'Remove every duplicate row']);
    expect(actions[1]).toMatchObject({ kind: 'quickfix', diagnostics: [problem] });
    expect(fixedText(TRAIN, rows, actions[1])).toBe([row('a'), row('b'), ''].join('\n'));
  });

  it('is not offered where there is one', async () => {
    const { service } = await opened(taskFile(), { 'train.jsonl': [row('a'), row('a')].join('\n') });
    expect(titles(service.codeActions(TRAIN, EVERYWHERE))).toEqual(['Remove this row']);
  });

  describe('of which more are there than are shown', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => row(`mening ${i % 1000}`)).join('\r\n');
    const asked = async (resolvesEdits: boolean) => {
      const { service } = await opened(taskFile(), { 'train.jsonl': rows });
      const [problem] = service.diagnostics(TRAIN);
      const actions = service.codeActions(TRAIN, problem!.range, { only: ['quickfix'] }, { resolvesEdits });
      return { service, action: actions[1]! };
    };

    it('works the edit out when it is chosen', async () => {
      const { service, action } = await asked(true);
      expect(action).toMatchObject({ title: 'Remove every duplicate row' });
      expect(action.edit).toBeUndefined();
      const resolved = await service.resolveCodeAction(action);
      const once = Array.from({ length: 1000 }, (_, i) => row(`mening ${i}`));
      expect(fixedText(TRAIN, rows, resolved)).toBe([...once, ''].join('\r\n'));
    });

    it('fixes those that are shown for an editor that wants every edit at once', async () => {
      const { service, action } = await asked(false);
      expect(action.title).toBe('Remove every duplicate row (the first 100)');
      expect(action.edit!.changes![TRAIN]).toHaveLength(100);
      expect(await service.resolveCodeAction(action)).toBe(action);
    });

    it('leaves an action as it is that is none of ours', async () => {
      const { service } = await asked(true);
      for (const data of [undefined, null, {}, { uri: TRAIN }, { forAll: 'a' }, { uri: TRAIN, forAll: 'a' }]) {
        const action = { title: 'Something else', data };
        expect(await service.resolveCodeAction(action)).toBe(action);
      }
    });

    it('works with what stands in the editor by then', async () => {
      const { service, action } = await asked(true);
      const resolving = service.resolveCodeAction(action);
      const text = `${row('ny')}\n${row('ny')}`;
      service.editDocument(TRAIN, [{ text }]);
      expect(fixedText(TRAIN, text, await resolving)).toBe(`${row('ny')}\n`);
    });

    it('changes no other file with such problems', async () => {
      // Some more than are shown.
      const duplicates = Array(105).fill(row('a')).join('\n');
      const { service, disk } = editor();
      disk['validation.jsonl'] = duplicates;
      service.openDocument(TASK, taskFile());
      service.openDocument(TRAIN, duplicates);
      await service.settled();
      const [problem] = service.diagnostics(TRAIN);
      const wanted = { only: ['quickfix'] };
      const [, action] = service.codeActions(TRAIN, problem!.range, wanted, { resolvesEdits: true });
      const { edit } = await service.resolveCodeAction(action!);
      expect(Object.keys(edit!.changes!)).toEqual([TRAIN]);
      expect(fixedText(TRAIN, duplicates, { ...action!, edit: edit! })).toBe(`${row('a')}\n`);
    });

    it('gives up when it is told to', async () => {
      const { service, action } = await asked(true);
      await expect(service.resolveCodeAction(action, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    });
  });

  it('takes those that are fixed in the same way only', async () => {
    const rows = [row('a', 'postiva'), row('b', 'negatva'), row('c', 'postiva')].join('\n');
    const { service } = await opened(taskFile(), { 'train.jsonl': rows });
    const [problem] = service.diagnostics(TRAIN);
    const actions = service.codeActions(TRAIN, problem!.range);
    const action = actions.find(({ title }) => title === 'Change every "postiva" to "positiva"');
    expect(fixedText(TRAIN, rows, action)).toBe([row('a'), row('b', 'negatva'), row('c')].join('\n'));
  });
});

describe('fixing all', () => {
  const fixAll = (service: Editor['service']) => service.codeActions(TASK, EVERYWHERE, { only: [FIX_ALL] });

  it('does everything that is never wrong, and leaves what needs a choice', async () => {
    const task = taskFile({
      file: `"trainer": { "max_epoch": 5 },
"p_tuning": { "encoder_type": "lsmt" },
"new_tasks": ["sentiment-task", "sentiment-task"],
"task_templates": [${template(`"prompt_template": "<|VIRTUAL_PROMPT_1|> {sentence} <|VIRTUAL_PROMPT|>:{label}",
"total_virtual_tokens": 12,
"virtual_token_splits": [6, 4]`)}]`,
    });
    const { service } = await opened(task);
    const [action, ...more] = fixAll(service);
    expect(more).toEqual([]);
    expect(action).toMatchObject({ kind: FIX_ALL, title: 'Fix all that ptask can fix by itself' });
    const fixed = fixedText(TASK, task, action);
    expect(fixed).toBe(
      task
        .replace('max_epoch"', 'max_epochs"')
        .replace('lsmt', 'lstm')
        .replace(', "sentiment-task"]', ']')
        .replace('<|VIRTUAL_PROMPT_1|>', MARKER)
        .replace('<|VIRTUAL_PROMPT|>', '<|VIRTUAL_PROMPT_1|>'),
    );
    service.editDocument(TASK, [{ text: fixed }]);
    await service.settled();
    expect(fixAll(service)).toEqual([]);
    expect(service.diagnostics(TASK).map(({ code }) => code)).toEqual(['split-sum']);
  });

  it.each([
    [undefined, true],
    ['', true],
    ['source', true],
    ['source.fixAll', true],
    ['source.fixAll.ptask', true],
    ['source.fixAll.eslint', false],
    ['source.organizeImports', false],
    ['quickfix', false],
  ])('is given for the kind %s: %s', async (kind, given) => {
    const { service } = await opened(taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT_1|> {sentence}:{label}"' }));
    const top = { line: 0, character: 0 };
    const actions = service.codeActions(TASK, { start: top, end: top }, kind === undefined ? {} : { only: [kind] });
    expect(actions.map((action) => action.kind)).toEqual(given ? [FIX_ALL] : []);
  });

  const FULL = taskFile({
    file: `"trainer": { "max_epoch": 5 }, // at most
"existing_tasks": ["trained-task", "trained-task"],
"language": "en", "language": "sv",
"task_templates": [${template('"prompt_template": "<|VIRTUAL_PROMPT_1|> {sentence}<|VIRTUAL_PROMPT|>:{label}"')}],`,
  });

  it('ends, whatever the text is, and breaks no JSON', async () => {
    const { service } = editor();
    service.openDocument(TASK, FULL);
    const broken = (text: string) =>
      checkTaskText(TASK_PATH, text).problems.filter(({ code }) => code === 'json-syntax').length;
    const check = (text: string): string | undefined => {
      service.editDocument(TASK, [{ text }]);
      const [action] = fixAll(service);
      return action && fixedText(TASK, text, action);
    };
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        let text = mutated(FULL, changes);
        for (let times = 0; ; times++) {
          expect(times).toBeLessThan(5);
          const fixed = check(text);
          if (fixed === undefined) break;
          expect(broken(fixed)).toBeLessThanOrEqual(broken(text));
          text = fixed;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a model that is not there', () => {
  const commands = new Set(['ptask.fetchModel', 'ptask.selectModel']);
  const actionsOf = async (model: string, options = { commands }) => {
    const { service } = await opened(taskFile({ file: `"model": "${model}"` }));
    return service.codeActions(TASK, EVERYWHERE, { only: ['quickfix'] }, options);
  };

  it('is fetched, or another one chosen, by the client', async () => {
    const actions = await actionsOf('owner/other');
    expect(actions.map(({ title, command }) => [title, command!.command, command!.arguments])).toEqual([
      ['Fetch owner/other from Hugging Face…', 'ptask.fetchModel', [{ uri: TASK, model: 'owner/other' }]],
      ['Select another model…', 'ptask.selectModel', [{ uri: TASK }]],
    ]);
    for (const { diagnostics } of actions) expect(diagnostics![0]!.code).toBe('model-not-found');
  });

  it('is not fetched where it can be none of the hub, nor by an editor that does not know how', async () => {
    expect(titles(await actionsOf('./models/gpt2'))).toEqual(['Select another model…']);
    expect(titles(await actionsOf('owner/other', { commands: new Set() }))).toEqual([]);
  });

  it('is no matter where other kinds of actions are asked for, nor where another problem is', async () => {
    const { service } = await opened(taskFile({ file: '"model": "owner/other", "colour": 1' }));
    const asked = (only: string[], diagnostics: Diagnostic[] = []) =>
      titles(service.codeActions(TASK, EVERYWHERE, { only, diagnostics }, { commands }));
    expect(asked(['refactor'])).toEqual([]);
    const colour = service.diagnostics(TASK).filter(({ message }) => String(message).includes('colour'));
    expect(asked(['quickfix'], colour)).toEqual(['Remove "colour"']);
  });

  it('or that the engine has no graph for is replaced, and not fetched', async () => {
    const { service } = editor({
      model: async () => ({ kind: 'unsupported', modelType: 'bert', supported: ['gpt2'], reason: 'No decoder.' }),
    });
    service.openDocument(TASK, taskFile({ file: '"model": "owner/other"' }));
    await service.settled();
    const actions = service.codeActions(TASK, EVERYWHERE, { only: ['quickfix'] }, { commands });
    expect(titles(actions)).toEqual(['Select another model…']);
    expect(actions[0]).toMatchObject({ kind: 'quickfix', command: { title: 'Select another model…' } });
  });

  it('is not fetched where a folder of that name lacks files, which the problem names', async () => {
    const actions = await actionsOf('folder-in-part');
    expect(titles(actions)).toEqual(['Select another model…']);
    expect(actions[0]!.diagnostics![0]!.message).toMatch(/Missing: model\.safetensors, tokenizer\.json\.$/);
  });

  it('is looked for again when it has been fetched', async () => {
    let isThere = false;
    const { service } = editor({
      model: async () =>
        isThere
          ? { kind: 'ok', maxPositions: 8, prefixTokens: 0, fingerprint: 'x' }
          : { kind: 'not-found', missing: [] },
    });
    service.openDocument(TASK, taskFile({ file: '"model": "owner/other"' }));
    await service.settled();
    const codes = () => service.diagnostics(TASK).map(({ code }) => code);
    expect(codes()).toContain('model-not-found');
    isThere = true;
    service.fileChanged(uriOf('cache/owner/other'));
    await service.settled();
    expect(codes()).not.toContain('model-not-found');
  });
});

describe('another model', () => {
  it.each([
    ['{ "model": "demo", // mine\n "language": "sv" }', '{ "model": "a/b", // mine\n "language": "sv" }'],
    ['{ "language": "sv" }', '{ "model": "a/b", "language": "sv" }'],
    ['{ "model": null, "language": "sv" }', '{ "model": "a/b", "language": "sv" }'],
    ['{}', '{ "model": "a/b" }'],
    ['[', '['],
    ['', ''],
  ])('is written into %j', (text, expected) => {
    const { service } = editor();
    service.openDocument(TASK, text);
    expect(applied(TASK, text, service.modelEdits(TASK, 'a/b'))).toBe(expected);
  });
});
