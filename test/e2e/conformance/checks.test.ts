import { describe, expect, it } from 'vitest';
import { unannouncedInAnswer, unannouncedMessage } from './announced.ts';
import { readDeclarations } from './declared-types.ts';
import { answerFaults, publishedFaults } from './meaning.ts';

/* The checks of what a server says are clever themselves: here is that they notice what they are for. */

const DECLARATIONS = readDeclarations();

const URI = 'file:///a.ptask.json';
const TEXT = '{\n  "a": "🙂"\n}\n';
const LEGEND = { tokenTypes: ['macro'], tokenModifiers: ['answer'] };
const AROUND = {
  textOf: (uri: string) => (uri === URI ? TEXT : undefined),
  server: { capabilities: { semanticTokensProvider: { legend: LEGEND } } },
};

const range = (line: number, start: number, end: number, endLine = line) => ({
  start: { line, character: start },
  end: { line: endLine, character: end },
});

const KEY = range(1, 2, 5);

describe('a type', () => {
  const wrong = (method: string, answer: unknown) =>
    DECLARATIONS.faults(DECLARATIONS.requests.get(method)!.result, answer, 'it');

  it.each<[string, unknown, string[]]>([
    ['textDocument/hover', { contents: { kind: 'plaintext', value: 'x' }, range: KEY }, []],
    ['textDocument/hover', null, []],
    ['textDocument/hover', {}, ['it.contents: is missing']],
    [
      'textDocument/hover',
      { contents: { kind: 'html', value: '' } },
      ['it.contents.kind: "html" is none of MarkupKind'],
    ],
    [
      'textDocument/hover',
      { contents: 'x', range: range(-1, 0, 0) },
      ['it.range.start.line: -1 is no uinteger', 'it.range.end.line: -1 is no uinteger'],
    ],
    ['textDocument/hover', { contents: 'x', range: range(0, 0, 0.5) }, ['it.range.end.character: 0.5 is no uinteger']],
    ['textDocument/hover', { contents: 'x', colour: 1 }, ['it.colour: is no part of Hover']],
    ['textDocument/hover', { contents: 'x', range: null }, ['it.range: null is none of Range | undefined']],
    ['textDocument/hover', 'x', ['it: "x" is none of Hover | null']],
    ['textDocument/completion', [{ label: 'x', kind: 25, tags: [1] }], []],
    [
      'textDocument/completion',
      [{ label: 'x', kind: 26 }],
      ['it[0].kind: 26 is none of CompletionItemKind | undefined'],
    ],
    ['textDocument/completion', { items: [] }, ['it.isIncomplete: is missing']],
    ['textDocument/rename', { changes: { [URI]: [{ range: KEY, newText: 'x' }] } }, []],
    ['textDocument/rename', { changes: { [URI]: [{ range: KEY }] } }, [`it.changes.${URI}[0].newText: is missing`]],
    ['textDocument/semanticTokens/full', { data: [0, '1'] }, ['it.data[1]: "1" is no uinteger']],
    ['textDocument/diagnostic', { kind: 'full', resultId: '1' }, ['it.items: is missing']],
    ['textDocument/selectionRange', [{ range: KEY, parent: {} }], ['it[0].parent.range: is missing']],
    ['shutdown', null, []],
    ['shutdown', {}, ['it: {} is not null']],
  ])('of an answer to %s: %j', (method, answer, faults) => {
    expect(wrong(method, answer)).toEqual(faults);
  });
});

describe('what is said in words', () => {
  const wrong = (method: string, asked: object, answer: unknown) =>
    answerFaults(method, { textDocument: { uri: URI }, ...asked }, answer, 'it', AROUND);
  const at = { position: { line: 1, character: 3 } };
  const edits = (...ranges: object[]) => ranges.map((one) => ({ range: one, newText: 'x' }));
  const symbol = (name: string, whole: object, selectionRange: object, children: object[] = []) => ({
    name,
    kind: 1,
    range: whole,
    selectionRange,
    children,
  });

  it.each<[string, object, unknown, string[]]>([
    ['textDocument/hover', at, { contents: '', range: KEY }, []],
    [
      'textDocument/hover',
      at,
      { contents: '', range: range(1, 5, 2) },
      ['it.range: ends before it starts', 'it: 1:5 to 1:2 does not hold 1:3'],
    ],
    ['textDocument/hover', at, { contents: '', range: range(1, 2, 99) }, [`it: 1:99 is no place of ${URI}`]],
    ['textDocument/hover', at, { contents: '', range: range(1, 2, 9) }, [`it: 1:9 is no place of ${URI}`]],
    ['textDocument/hover', at, { contents: '', range: range(1, 4, 5) }, ['it: 1:4 to 1:5 does not hold 1:3']],
    ['textDocument/completion', at, [{ label: 'x', textEdit: { range: KEY, newText: '' } }], []],
    ['textDocument/completion', at, [{ label: '' }], ['it : an item without a label']],
    [
      'textDocument/completion',
      at,
      [{ label: 'x', textEdit: { range: range(1, 2, 0, 2), newText: '' } }],
      ['it x: what is replaced goes over several lines'],
    ],
    [
      'textDocument/completion',
      at,
      [{ label: 'x', textEdit: edits(KEY)[0], additionalTextEdits: edits(range(1, 4, 6)) }],
      ['it x: edits overlap at 6'],
    ],
    ['textDocument/formatting', {}, edits(range(0, 0, 1), range(0, 1, 1)), []],
    ['textDocument/formatting', {}, edits(range(1, 0, 2), range(0, 0, 1, 1)), ['it: edits overlap at 2']],
    ['textDocument/formatting', {}, edits(range(3, 0, 0, 4)), []],
    ['textDocument/formatting', {}, edits(range(3, 0, 1, 4)), [`it: 4:1 is no place of ${URI}`]],
    ['textDocument/rename', at, { changes: { 'file:///b': edits(KEY) } }, ['it: file:///b is not there']],
    ['textDocument/documentSymbol', {}, [symbol('a', range(1, 0, 10), KEY, [symbol('b', KEY, KEY)])], []],
    ['textDocument/documentSymbol', {}, [symbol('a', KEY, range(1, 0, 3))], ['it a: 1:2 to 1:5 does not hold 1:0']],
    ['textDocument/documentSymbol', {}, [symbol(' ', KEY, KEY)], ['it  : a symbol without a name']],
    ['textDocument/foldingRange', {}, [{ startLine: 1, endLine: 4 }], ['it: folds 1 to 4']],
    [
      'textDocument/selectionRange',
      { positions: [at.position] },
      [{ range: KEY, parent: { range: range(1, 0, 10) } }],
      [],
    ],
    [
      'textDocument/selectionRange',
      { positions: [at.position] },
      [{ range: KEY, parent: { range: range(1, 3, 10) } }],
      ['it: 1:3 to 1:10 does not hold 1:2'],
    ],
    ['textDocument/selectionRange', { positions: [at.position] }, [], ['it: 0 ranges']],
    ['textDocument/inlayHint', { range: KEY }, [{ position: at.position, label: 'x' }], []],
    [
      'textDocument/inlayHint',
      { range: KEY },
      [{ position: { line: 2, character: 0 }, label: '' }],
      ['it: what was asked: 1:2 to 1:5 does not hold 2:0', 'it: a hint that says nothing'],
    ],
    ['textDocument/codeLens', {}, [{ range: range(0, 0, 0, 1) }], ['it: a lens over several lines']],
    ['textDocument/codeAction', { context: { only: ['source'] } }, [{ title: 'x', kind: 'source.fixAll.ptask' }], []],
    [
      'textDocument/codeAction',
      { context: { only: ['source'] } },
      [{ title: 'x', kind: 'sources' }],
      ['it x: was not asked for'],
    ],
    ['codeAction/resolve', { title: 'x' }, { title: 'y', textDocument: { uri: URI } }, ['it: is another action']],
    ['textDocument/semanticTokens/full', {}, { data: [1, 2, 3, 0, 1] }, []],
    ['textDocument/semanticTokens/full', {}, { data: [1, 2, 3, 0] }, ['it: 4 numbers are no tokens']],
    [
      'textDocument/semanticTokens/full',
      {},
      { data: [1, 2, 3, 1, 2] },
      ['it token 0: 1 is no type', 'it token 0: 2 no modifiers'],
    ],
    [
      'textDocument/semanticTokens/full',
      {},
      { data: [1, 2, 3, 0, 0, 0, 2, 1, 0, 0] },
      ['it token 1: overlaps the one before'],
    ],
    ['textDocument/semanticTokens/full', {}, { data: [1, 2, 99, 0, 0] }, [`it token 0: 1:101 is no place of ${URI}`]],
  ])('of an answer to %s %j: %j', (method, asked, answer, faults) => {
    expect(wrong(method, asked, answer)).toEqual(faults);
  });

  it('of problems that are sent', () => {
    expect(publishedFaults([{ range: KEY, message: 'x' }], URI, TEXT, 'it')).toEqual([]);
    expect(publishedFaults([{ range: range(1, 2, 8), message: '' }], URI, TEXT, 'it')).toEqual(['it: says nothing']);
  });
});

describe('what an editor has not said to take', () => {
  const item = {
    label: 'x',
    kind: 19,
    insertTextFormat: 2,
    documentation: { kind: 'markdown', value: '' },
    preselect: true,
  };
  const problem = {
    range: KEY,
    message: '',
    code: 'a',
    tags: [1],
    data: 1,
    codeDescription: { href: '' },
    relatedInformation: [],
  };
  const took = (...what: string[]) => what.map((one) => expect.stringMatching(new RegExp(`to take ${one}$`)));

  it.each<[string, unknown, string[]]>([
    [
      'initialize',
      { capabilities: { positionEncoding: 'utf-8', renameProvider: {}, diagnosticProvider: {} } },
      ['places in utf-8', 'options of renaming', 'diagnostics'],
    ],
    [
      'initialize',
      {
        capabilities: {
          codeActionProvider: {},
          workspace: { workspaceFolders: {}, fileOperations: { didDelete: {} } },
        },
      },
      ['options of actions', 'folders', 'didDelete'],
    ],
    ['textDocument/hover', { contents: { kind: 'markdown', value: '' } }, ['markdown']],
    ['textDocument/completion', [item], ['the kind 19', 'a snippet', 'preselect', 'markdown']],
    [
      'textDocument/completion',
      [{ label: 'x', tags: [], labelDetails: {}, textEdit: { insert: KEY, replace: KEY } }],
      ['tags', 'labelDetails', 'two ranges'],
    ],
    ['textDocument/completion', { items: [], itemDefaults: { data: 1 } }, ['itemDefaults.data']],
    ['textDocument/definition', [{ targetUri: URI }], ['a link']],
    [
      'textDocument/documentSymbol',
      [{ name: 'a', kind: 19, range: KEY, children: [{ name: 'b', kind: 1, range: KEY }] }],
      ['a tree', 'the kind 19', 'a tree'],
    ],
    ['textDocument/prepareRename', { defaultBehavior: true }, ['what is renamed', 'the usual']],
    [
      'textDocument/rename',
      { documentChanges: [{ kind: 'create' }] },
      ['documentChanges', 'operations on files', 'documentChanges'],
    ],
    ['textDocument/documentLink', [{ range: KEY, tooltip: 'x' }], ['a tooltip']],
    ['textDocument/foldingRange', [{ startLine: 0, endLine: 1, collapsedText: '' }], ['a text for what is folded']],
    ['textDocument/inlayHint', [{ data: 1 }], ['data']],
    [
      'textDocument/codeLens',
      [{ command: { command: '' } }, { command: { command: 'ptask.trainTask' } }],
      ['the command ptask.trainTask'],
    ],
    [
      'textDocument/codeAction',
      [{ title: 'x', isPreferred: true, data: 1 }],
      ['an action', 'isPreferred', 'data', 'an edit to come', 'an action of no kind'],
    ],
    [
      'textDocument/codeAction',
      [{ title: 'x', kind: '', edit: { changes: {} }, disabled: {}, diagnostics: [problem] }],
      ['an action', 'disabled', 'what it relates to', 'a link', 'data', 'tags'],
    ],
    [
      'textDocument/diagnostic',
      { items: [problem], relatedDocuments: {} },
      ['a report', 'others', 'what it relates to', 'a link', 'data', 'tags'],
    ],
  ])('of an answer to %s: %j', (method, answer, what) => {
    expect(unannouncedInAnswer(method, answer, 'it', { capabilities: {} })).toEqual(took(...what));
  });

  it.each<[string, unknown, string[]]>([
    ['window/logMessage', {}, []],
    ['workspace/inlayHint/refresh', undefined, ['it']],
    ['workspace/diagnostic/refresh', undefined, ['it']],
    ['workspace/codeLens/refresh', undefined, ['it']],
    ['window/workDoneProgress/create', { token: 1 }, ['it']],
    [
      'textDocument/publishDiagnostics',
      { version: 1, diagnostics: [problem] },
      ['a version', 'what it relates to', 'a link', 'data', 'tags'],
    ],
    ['client/registerCapability', { registrations: [{ method: 'x' }] }, ['x']],
  ])('of %s: %j', (method, params, what) => {
    expect(unannouncedMessage(method, params, 'it', { capabilities: {} })).toEqual(took(...what));
  });

  it('of folders that are watched', () => {
    const didChangeWatchedFiles = { dynamicRegistration: true };
    const watchers = [{ globPattern: { baseUri: URI, pattern: '*' } }];
    const params = { registrations: [{ method: 'workspace/didChangeWatchedFiles', registerOptions: { watchers } }] };
    const wrong = (said: object) =>
      unannouncedMessage('client/registerCapability', params, 'it', {
        capabilities: { workspace: { didChangeWatchedFiles: { ...didChangeWatchedFiles, ...said } } },
      });
    expect(wrong({})).toEqual(took('a pattern in a folder'));
    expect(wrong({ relativePatternSupport: true })).toEqual([]);
  });
});
