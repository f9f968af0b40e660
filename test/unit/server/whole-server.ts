import { setImmediate, setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Connection, FileSystemWatcher } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic, Position, Range } from 'vscode-languageserver-types';
import { clientSupport } from '../../../server/src/client-support.ts';
import { pushedDiagnostics } from '../../../server/src/diagnostic-channel.ts';
import { syncDocuments } from '../../../server/src/documents.ts';
import { FarMachines } from '../../../server/src/far-machines.ts';
import { presentDiagnostics } from '../../../server/src/present-diagnostics.ts';
import { answerRequests } from '../../../server/src/requests.ts';
import { LanguageService } from '../../../server/src/service/language-service.ts';
import { serviceHost } from '../../../server/src/service-host.ts';
import { fileUri } from '../../../server/src/uris.ts';
import { Workspace } from '../../../server/src/workspace.ts';

/** An editor that tells of all that happens to files. */
const CAPABILITIES = {
  textDocument: {
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    rename: { prepareSupport: true },
    completion: { completionItem: { snippetSupport: true } },
  },
  workspace: {
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    fileOperations: { didRename: true, didDelete: true },
  },
};

type Handler = (params: unknown, token: unknown) => unknown;

const TOKEN = { isCancellationRequested: false, onCancellationRequested: () => undefined };

/** What is asked about a document, and about a place in it. */
const ABOUT_DOCUMENTS = [
  'documentSymbol',
  'documentLinks',
  'foldingRanges',
  'semanticTokens',
  'inlayHint',
  'codeLens',
  'codeAction',
  'documentFormatting',
] as const;
const ABOUT_PLACES = ['completion', 'hover', 'definition', 'documentHighlight', 'prepareRename', 'references'] as const;

/** The language server's parts as the server joins them, with files on disk, in this process: it says when it is quiet. */
export class WholeServer {
  readonly service: LanguageService;
  /** What the editor shows of each file, by uri. */
  readonly shown = new Map<string, readonly Diagnostic[]>();
  readonly errors: string[] = [];
  /** What the editor is to tell of. */
  watchers: FileSystemWatcher[] = [];
  readonly #handlers = new Map<string, Handler>();
  readonly #workspace: Workspace;

  /** @param folders the workspace */
  constructor(folders: readonly string[]) {
    const connection = this.#connection();
    const client = clientSupport({ capabilities: CAPABILITIES });
    const present = presentDiagnostics(client, 'https://rules');
    const diagnostics = pushedDiagnostics(connection, present);
    const far = new FarMachines();
    const onError = (error: unknown) => this.errors.push(String((error as Error).stack));
    const onChecked = () => this.#workspace.followDependencies();
    this.service = new LanguageService({
      ...serviceHost({ publish: (uri, list) => diagnostics.publish(uri, list), onChecked, onError }, far),
      pause: async () => undefined,
      breathe: () => setImmediate(),
    });
    this.#workspace = new Workspace(connection, this.service, client, { far, onError });
    syncDocuments(connection, this.service, diagnostics, this.#workspace);
    answerRequests(connection, { service: this.service, workspace: this.#workspace, client, present });
    const workspaceFolders = folders.map((folder) => ({ uri: fileUri(folder), name: '' }));
    this.#workspace.start({ workspaceFolders } as never);
  }

  /** Tells the server something, or asks it, under the name of the connection's method without its `on`. */
  tell(name: string, params: object): unknown {
    return this.#handlers.get(name.toLowerCase())!(params, TOKEN);
  }

  /**
   * Resolves when nothing goes on.
   * @param taskFiles on disk, which are found and read first
   */
  async quiet(taskFiles: readonly string[] = []): Promise<void> {
    while (taskFiles.some((uri) => this.service.taskPaths(uri) === undefined)) await setTimeout(1);
    for (let n = 0; n < 3; n++) {
      await this.service.settled();
      await setTimeout(3);
    }
    await this.service.settled();
  }

  /** All that is shown of the files that have problems. */
  allShown(): Record<string, string[]> {
    const files = [...this.shown].filter(([, list]) => list.length > 0);
    return Object.fromEntries(files.map(([uri, list]) => [uri, list.map((one) => JSON.stringify(one)).sort()]));
  }

  /** What the server says of a document, wherever it is asked. @throws Error where an answer is a fault or outside of it */
  async answers(document: TextDocument, positions: readonly Position[]): Promise<Record<string, unknown>> {
    const { uri } = document;
    const end = document.positionAt(document.getText().length);
    const whole = { start: { line: 0, character: 0 }, end };
    const about = {
      textDocument: { uri },
      range: whole,
      context: { diagnostics: [], includeDeclaration: true },
      options: { tabSize: 2, insertSpaces: true },
    };
    const answers: Record<string, unknown> = {};
    for (const name of ABOUT_DOCUMENTS) answers[name] = await this.tell(name, about);
    answers.selectionRanges = await this.tell('selectionRanges', { ...about, positions });
    for (const [n, position] of positions.entries()) {
      for (const name of ABOUT_PLACES) answers[`${name} ${n}`] = await this.tell(name, { ...about, position });
      answers[`renameRequest ${n}`] = await this.tell('renameRequest', { ...about, position, newName: 'nytt' });
    }
    for (const [name, answer] of Object.entries(answers)) {
      if (answer instanceof Error) expect(answer, `${name}: ${this.errors.join('\n')}`).not.toMatchObject(INTERNAL);
      if (!ELSEWHERE.test(name)) expectInside(document, answer);
      // What is found in several files is told in the order in which they were opened.
      answers[name] = Array.isArray(answer) ? answer.map((one) => JSON.stringify(one)).sort() : String(json(answer));
    }
    expect(this.errors).toEqual([]);
    return answers;
  }

  dispose(): void {
    this.#workspace.dispose();
    this.service.dispose();
  }

  /** A connection that keeps what is to be done with each message. */
  #connection(): Connection {
    const part: object = new Proxy(
      {},
      {
        get: (_, name: string) => {
          if (name === 'error') return (message: string) => this.errors.push(message);
          if (name === 'sendDiagnostics') return (sent: Sent) => this.shown.set(sent.uri, sent.diagnostics);
          if (name === 'sendNotification') return async () => undefined;
          if (name === 'register') return (_: unknown, { watchers }: Registered) => this.#watch(watchers);
          // A message of the protocol, or of ours, whose name is given.
          if (name.startsWith('on')) {
            return (...given: [Handler] | [unknown, Handler]) => {
              if (given.length === 1) this.#handlers.set(name.slice(2).toLowerCase(), given[0]);
            };
          }
          return name === 'semanticTokens' || name === 'inlayHint' ? this.#tokens(name) : part;
        },
      },
    );
    return part as Connection;
  }

  #tokens(name: string) {
    return { on: (handler: Handler) => this.#handlers.set(name.toLowerCase(), handler), onRange: () => undefined };
  }

  async #watch(watchers: FileSystemWatcher[]) {
    this.watchers = [...this.watchers, ...watchers];
    return {
      dispose: () => {
        this.watchers = this.watchers.filter((watcher) => !watchers.includes(watcher));
      },
    };
  }
}

interface Sent {
  readonly uri: string;
  readonly diagnostics: readonly Diagnostic[];
}

interface Registered {
  readonly watchers: FileSystemWatcher[];
}

const INTERNAL = { code: -32603 };

/** What tells of places in other documents. */
const ELSEWHERE = /^(definition|references|renameRequest|codeAction)/;

const json = (answer: unknown) => (answer instanceof Error ? answer.message : JSON.stringify(answer));

/** Every range in an answer is one of the document's. */
export function expectInside(document: TextDocument, answer: unknown): void {
  if (typeof answer !== 'object' || answer === null) return;
  const { start, end } = answer as Partial<Range>;
  if (start?.line !== undefined && end?.line !== undefined) {
    for (const position of [start, end]) expect(document.positionAt(document.offsetAt(position))).toEqual(position);
    expect(document.offsetAt(start)).toBeLessThanOrEqual(document.offsetAt(end));
  }
  for (const [key, part] of Object.entries(answer)) if (key !== 'relatedInformation') expectInside(document, part);
}
