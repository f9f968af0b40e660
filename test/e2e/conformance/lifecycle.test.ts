import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SERVER, uriOf } from '../editor.ts';
import { framed, Wire } from './wire.ts';

const NOT_INITIALIZED = -32002;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const CANCELLED = -32800;

const URI = uriOf(path.resolve('/nowhere/a.ptask.json'));
const HELLO = { processId: null, rootUri: null, capabilities: {} };
const AT_ITS_START = { textDocument: { uri: URI }, position: { line: 0, character: 1 } };

const start = () => new Wire([process.execPath, SERVER, '--stdio']);

const open = (wire: Wire, text = '{}') =>
  wire.notify('textDocument/didOpen', { textDocument: { uri: URI, languageId: 'ptask', version: 1, text } });

/** A server that an editor has introduced itself to, with a document open. */
async function running(): Promise<Wire> {
  const wire = start();
  await wire.request('initialize', HELLO);
  wire.notify('initialized', {});
  open(wire);
  return wire;
}

/** The code that a request is refused with. */
async function refused(wire: Wire, method: string, params?: unknown): Promise<number | undefined> {
  const { error } = await wire.request(method, params);
  return error?.code;
}

const logged = ({ heard }: Wire) => heard.filter(({ method }) => method === 'window/logMessage');
const published = ({ heard }: Wire) => heard.filter(({ method }) => method === 'textDocument/publishDiagnostics');

describe('before an editor has introduced itself', () => {
  it('all that it asks is refused, what it tells is passed over, and then it may still begin', async () => {
    const wire = start();
    expect(await refused(wire, 'textDocument/hover', AT_ITS_START)).toBe(NOT_INITIALIZED);
    expect(await refused(wire, 'no/such')).toBe(NOT_INITIALIZED);
    expect(await refused(wire, 'shutdown')).toBe(NOT_INITIALIZED);
    open(wire, '{ "model": }');
    wire.notify('$/whatever', {});
    expect(wire.heard.every(({ id }) => id !== undefined)).toBe(true);
    expect(await refused(wire, 'initialize', null)).toBe(INVALID_PARAMS);
    const senseless = { textDocument: { hover: { contentFormat: 3 } } };
    expect(await refused(wire, 'initialize', { ...HELLO, capabilities: senseless })).toBeDefined();
    expect(await wire.request('initialize', HELLO)).toHaveProperty('result.capabilities');
    wire.notify('initialized', {});
    // Nothing was opened then.
    expect(await wire.request('textDocument/hover', AT_ITS_START)).toMatchObject({ result: null });
    expect(published(wire)).toEqual([]);
  });

  it('it can end the server, with a code that says that this was no good end', async () => {
    const wire = start();
    wire.notify('exit');
    expect(await wire.exited).toBe(1);
  });
});

describe('an editor', () => {
  it('introduces itself once', async () => {
    const wire = await running();
    expect(await refused(wire, 'initialize', HELLO)).toBe(INVALID_REQUEST);
    expect(await wire.request('textDocument/completion', AT_ITS_START)).toHaveProperty('result.0.label');
  });

  it('is told of what no server or not this one can do', async () => {
    const wire = await running();
    for (const method of [
      'no/such',
      'constructor',
      '$/such',
      'workspace/symbol',
      'workspace/executeCommand',
      'textDocument/diagnostic',
    ])
      expect(await refused(wire, method, AT_ITS_START), method).toBe(METHOD_NOT_FOUND);
    wire.notify('$/whatever', {});
    wire.notify('no/such', {});
    await wire.request('textDocument/hover', AT_ITS_START);
    expect(logged(wire)).toEqual([]);
  });

  it('is told that it has cancelled a request', async () => {
    const wire = await running();
    const asked = wire.request('textDocument/hover', AT_ITS_START, (id) => {
      // What has not been asked is not taken amiss.
      wire.notify('$/cancelRequest', { id: id + 1000 });
      queueMicrotask(() => wire.notify('$/cancelRequest', { id }));
    });
    expect((await asked).error).toMatchObject({ code: CANCELLED });
    expect(logged(wire)).toEqual([]);
  });

  it('ends the server: what it asks then is refused, and what it tells is passed over', async () => {
    const wire = await running();
    expect(await wire.request('shutdown')).toMatchObject({ result: null });
    const heard = wire.heard.length;
    open(wire, '{ "model": }');
    expect(await refused(wire, 'textDocument/hover', AT_ITS_START)).toBe(INVALID_REQUEST);
    expect(await refused(wire, 'initialize', HELLO)).toBe(INVALID_REQUEST);
    expect(await refused(wire, 'shutdown')).toBe(INVALID_REQUEST);
    expect(wire.heard.slice(heard).every(({ error }) => error !== undefined)).toBe(true);
    wire.notify('exit');
    expect(await wire.exited).toBe(0);
  });
});

describe('a message that makes no sense', () => {
  const NO_PARAMS = [undefined, null, [], {}, 3, { textDocument: {} }, { textDocument: { uri: 3 } }];
  const NO_PLACES = [undefined, {}, 3, { line: 0 }, { line: -1, character: 0 }, { line: 0.5, character: 0 }];
  const ABOUT_DOCUMENTS = ['documentSymbol', 'documentLink', 'foldingRange', 'codeLens', 'semanticTokens/full'];
  const ABOUT_PLACES = [
    'hover',
    'completion',
    'definition',
    'documentHighlight',
    'references',
    'rename',
    'prepareRename',
  ];
  const ABOUT_RANGES = ['codeAction', 'inlayHint', 'rangeFormatting', 'semanticTokens/range'];
  const MORE = { context: { includeDeclaration: true, diagnostics: [] }, options: {}, newName: 'another' };

  it('in its parameters is told so, and nothing is logged', async () => {
    const wire = await running();
    const textDocument = { uri: URI };
    const asked = [
      ...[...ABOUT_DOCUMENTS, ...ABOUT_PLACES, ...ABOUT_RANGES].flatMap((method) =>
        NO_PARAMS.map((params) => ({ method, params })),
      ),
      ...ABOUT_PLACES.flatMap((method) =>
        NO_PLACES.map((position) => ({ method, params: { ...MORE, textDocument, position } })),
      ),
      ...ABOUT_RANGES.flatMap((method) =>
        NO_PLACES.map((start) => ({ method, params: { ...MORE, textDocument, range: { start, end: start } } })),
      ),
      { method: 'rename', params: { ...AT_ITS_START, newName: 3 } },
      { method: 'references', params: AT_ITS_START },
      { method: 'formatting', params: { textDocument } },
      { method: 'selectionRange', params: { textDocument, positions: [{}] } },
    ];
    for (const { method, params } of asked) {
      const told = `${method} ${JSON.stringify(params)}`;
      expect(await refused(wire, `textDocument/${method}`, params), told).toBe(INVALID_PARAMS);
    }
    expect(await refused(wire, 'codeAction/resolve', null)).toBe(INVALID_PARAMS);
    expect(logged(wire)).toEqual([]);
  });

  it('in its place, which is behind the text, is about its end', async () => {
    const wire = await running();
    const position = { line: 1e9, character: 1e9 };
    const at = { ...MORE, textDocument: { uri: URI }, position, range: { start: position, end: position } };
    for (const method of [...ABOUT_DOCUMENTS, ...ABOUT_PLACES, ...ABOUT_RANGES])
      expect([undefined, -32803]).toContain(await refused(wire, `textDocument/${method}`, at));
    expect(logged(wire)).toEqual([]);
  });

  it.each([
    ['is no JSON', framed('{"a":')],
    ['is empty', framed('')],
    ['is nothing', framed('null')],
    ['has no method', framed('{}')],
    ['is several', framed('[{ "jsonrpc": "2.0", "id": 1, "method": "shutdown" }]')],
    ['has no length', 'Content-Type: application/json\r\n\r\n'],
    ['has a length that is none', 'Content-Length: some\r\n\r\n'],
    ['has a header that is none', 'Content-Length\r\n\r\n'],
    ['answers nothing', framed('{ "jsonrpc": "2.0", "id": 5000, "result": null }')],
    ['is half of a cancellation', framed('{ "jsonrpc": "2.0", "method": "$/cancelRequest" }')],
  ])('since it %s does no harm to those behind it', async (_, bytes) => {
    const wire = await running();
    wire.raw(bytes);
    let isAnswered = false;
    const asked = wire.request('textDocument/completion', AT_ITS_START).finally(() => {
      isAnswered = true;
    });
    // What is behind a header that is none is read when there is more.
    for (; !isAnswered; await setTimeout(20)) wire.notify('$/whatever');
    expect(await asked).toHaveProperty('result.0.label');
  });
});
