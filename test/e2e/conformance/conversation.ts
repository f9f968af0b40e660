import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  CodeAction,
  Diagnostic,
  InitializeResult,
  PublishDiagnosticsParams,
  TextDocumentContentChangeEvent,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { unannouncedInAnswer, unannouncedMessage } from './announced.ts';
import type { Client } from './clients.ts';
import type { Declarations, Fault } from './declared-types.ts';
import { type Asked, answerFaults, publishedFaults } from './meaning.ts';
import { type Message, Wire } from './wire.ts';

/** What is asked with a request. */
interface Question {
  readonly method: string;
  readonly params: unknown;
}

/** An editor's talk with the server, of which every message is held against the protocol as it comes. */
export class Conversation {
  readonly wire: Wire;
  readonly faults: Fault[] = [];
  /** Methods that were answered with something. */
  readonly answered = new Set<string>();
  readonly #declarations: Declarations;
  readonly #client: Client;
  readonly #questions = new Map<unknown, Question>();
  readonly #documents = new Map<string, TextDocument>();
  /** What an editor has shown of each document, since what is sent may be of any of it. */
  readonly #texts = new Map<string, string[]>();
  readonly #published = new Map<string, readonly Diagnostic[]>();
  #server: InitializeResult | undefined;

  constructor(command: readonly string[], client: Client, declarations: Declarations, env = {}) {
    this.#client = client;
    this.#declarations = declarations;
    this.wire = new Wire(command, (message) => this.#judge(message), env);
  }

  get server(): InitializeResult {
    return this.#server!;
  }

  async begin(folders: readonly { uri: string; name: string }[]): Promise<void> {
    const { capabilities, name, options } = this.#client;
    await this.ask('initialize', {
      processId: process.pid,
      clientInfo: { name },
      rootUri: folders[0]?.uri ?? null,
      workspaceFolders: folders,
      capabilities,
      initializationOptions: options,
    });
    this.wire.notify('initialized', {});
  }

  /** Resolves with the result; undefined for an error, which is a fault unless that is one that the user is told of. */
  async ask(method: string, params: unknown): Promise<unknown> {
    const { result } = await this.wire.request(method, params, (id) => this.#questions.set(id, { method, params }));
    return result ?? undefined;
  }

  open(uri: string, text: string): void {
    this.#documents.set(uri, TextDocument.create(uri, 'ptask', 1, text));
    this.#texts.set(uri, [text]);
    this.wire.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'ptask', version: 1, text } });
  }

  change(uri: string, ...contentChanges: TextDocumentContentChangeEvent[]): void {
    const document = this.document(uri);
    const version = document.version + 1;
    TextDocument.update(document, contentChanges, version);
    this.#texts.get(uri)!.push(document.getText());
    this.wire.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  document(uri: string): TextDocument {
    return this.#documents.get(uri)!;
  }

  /** What the editor has been told, or has asked, of a document's problems. */
  async diagnostics(uri: string): Promise<readonly Diagnostic[]> {
    if (this.server.capabilities.diagnosticProvider === undefined) return this.#published.get(uri) ?? [];
    const report = (await this.ask('textDocument/diagnostic', { textDocument: { uri } })) as { items: Diagnostic[] };
    return report.items;
  }

  /** Ends as an editor does. */
  async end(): Promise<number | null> {
    await this.ask('shutdown', undefined);
    this.wire.notify('exit');
    const code = await this.wire.exited;
    if (this.wire.noise !== '') this.faults.push(`no message: ${this.wire.noise.slice(0, 100)}`);
    return code;
  }

  readonly #textOf = (uri: string): string | undefined => {
    const open = this.#documents.get(uri);
    if (open !== undefined) return open.getText();
    try {
      return readFileSync(fileURLToPath(uri), 'utf8');
    } catch {
      return undefined;
    }
  };

  #judge(message: Message): void {
    if (message.jsonrpc !== '2.0') this.faults.push(`${JSON.stringify(message).slice(0, 100)}: is of another protocol`);
    if (typeof message.method === 'string') this.#judgeOwn(message, message.method);
    else this.#judgeAnswer(message);
  }

  #judgeAnswer({ id, result, error, ...others }: Message): void {
    const question = this.#questions.get(id);
    if (question === undefined) {
      this.faults.push(`an answer to nothing: ${JSON.stringify({ id, error })}`);
      return;
    }
    this.#questions.delete(id);
    const { method, params } = question;
    if (Object.keys(others).join() !== 'jsonrpc' || (result === undefined) === (error === undefined))
      this.faults.push(`${method}: an answer that is none`);
    if (error !== undefined) {
      if (!isRefusal(method, error)) this.faults.push(`${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`);
      return;
    }
    if (method === 'initialize') this.#server = result as InitializeResult;
    if (isSomething(result)) this.answered.add(method);
    const declared = this.#declarations.requests.get(method);
    const around = { textOf: this.#textOf, server: this.#server };
    this.faults.push(
      ...(declared === undefined ? [] : this.#declarations.faults(declared.result, result, method)),
      ...answerFaults(method, params as Asked, result, method, around),
      ...unannouncedInAnswer(method, result, method, this.#client),
    );
  }

  /** What the server says on its own account. */
  #judgeOwn({ id, params }: Message, method: string): void {
    const isRequest = id !== undefined;
    const declared = (isRequest ? this.#declarations.requests : this.#declarations.notifications).get(method);
    if (declared === undefined) {
      this.faults.push(`${method}: is unknown`);
      return;
    }
    if (this.#server === undefined && !/^window\/(log|show)Message$/.test(method))
      this.faults.push(`${method}: comes before the editor has been answered`);
    this.faults.push(
      ...this.#declarations.faults(declared.params, params, method),
      ...unannouncedMessage(method, params, method, this.#client),
    );
    if (method === 'window/logMessage') this.faults.push(`logged: ${JSON.stringify(params)}`);
    if (method === 'textDocument/publishDiagnostics') this.#take(params as PublishDiagnosticsParams);
  }

  #take({ uri, diagnostics }: PublishDiagnosticsParams): void {
    this.#published.set(uri, diagnostics);
    const texts = this.#texts.get(uri) ?? [this.#textOf(uri) ?? ''];
    const found = texts.map((text) => publishedFaults(diagnostics, uri, text, 'textDocument/publishDiagnostics'));
    if (!found.some((faults) => faults.length === 0)) this.faults.push(...found.at(-1)!);
  }
}

/** Renaming may be refused, for a reason that the user is told. */
function isRefusal(method: string, { code, message }: NonNullable<Message['error']>): boolean {
  return method === 'textDocument/rename' && code === -32803 && message.length > 0;
}

function isSomething(result: unknown): boolean {
  if (Array.isArray(result)) return result.length > 0;
  const { data } = (result ?? {}) as { data?: unknown[] };
  return result !== null && data?.length !== 0;
}

/** An action whose edit is to be asked for. */
export function isUnresolved(action: CodeAction): boolean {
  return action.edit === undefined && action.command === undefined;
}
