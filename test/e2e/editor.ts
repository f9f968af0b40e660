import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import {
  type ClientCapabilities,
  type CodeAction,
  CodeActionRequest,
  CodeLensRefreshRequest,
  createProtocolConnection,
  type Diagnostic,
  DiagnosticRefreshRequest,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DidSaveTextDocumentNotification,
  DocumentDiagnosticRequest,
  ExitNotification,
  FileChangeType,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  InlayHintRefreshRequest,
  IPCMessageReader,
  IPCMessageWriter,
  LogMessageNotification,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type Range,
  type Registration,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { InitializationOptions } from '../../protocol/src/commands.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
export const SERVER = path.join(ROOT, 'dist/server.js');

/** An editor that is sent diagnostics. */
export const PUSHED: ClientCapabilities = {
  textDocument: {
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    rename: { prepareSupport: true },
  },
  workspace: {
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
  },
};

/** An editor that asks for diagnostics. */
export const PULLING: ClientCapabilities = {
  textDocument: { ...PUSHED.textDocument, diagnostic: {} },
  workspace: {
    ...PUSHED.workspace,
    diagnostics: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
  },
};

export interface EditorOptions {
  readonly capabilities?: ClientCapabilities;
  /** The workspace. */
  readonly folders?: readonly string[];
  readonly initializationOptions?: InitializationOptions;
  /** The language that it speaks, such as `sv`. */
  readonly locale?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The process that the server is to end with; by default this one. */
  readonly processId?: number;
  /** The server's command line; by default its program over stdio. With `--node-ipc` it is talked to as VS Code does. */
  readonly command?: readonly string[];
}

/** A real language server as a process, and as much of an editor as it takes to talk to it. */
export class Editor {
  readonly connection: ProtocolConnection;
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  /** Codes of the problems that the server has sent, by the name of the file, in order. */
  readonly pushed = new Map<string, Diagnostic[]>();
  readonly log: string[] = [];
  readonly registrations: Registration[] = [];
  /** What the server has told the editor to ask anew. */
  readonly refreshed: string[] = [];
  server: InitializeResult = { capabilities: {} };
  readonly #documents = new Map<string, TextDocument>();
  readonly #waiting = new Set<() => void>();

  static async start(options: EditorOptions = {}): Promise<Editor> {
    const editor = new Editor(options.command ?? [process.execPath, SERVER, '--stdio'], options.env);
    onTestFinished(() => void editor.process.kill());
    editor.server = await editor.connection.sendRequest(InitializeRequest.type, {
      processId: options.processId ?? process.pid,
      rootUri: null,
      capabilities: options.capabilities ?? PUSHED,
      initializationOptions: options.initializationOptions,
      ...(options.locale === undefined ? {} : { locale: options.locale }),
      workspaceFolders: (options.folders ?? []).map((folder) => ({ uri: uriOf(folder), name: path.basename(folder) })),
    });
    await editor.connection.sendNotification(InitializedNotification.type, {});
    return editor;
  }

  private constructor([command, ...args]: readonly string[], env?: EditorOptions['env']) {
    const isIpc = args.includes('--node-ipc');
    this.process = spawn(command!, args, {
      env: { ...process.env, ...env },
      stdio: isIpc ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['pipe', 'pipe', 'inherit'],
    });
    this.exited = once(this.process, 'exit').then(([code]) => code as number | null);
    this.connection = isIpc
      ? createProtocolConnection(new IPCMessageReader(this.process), new IPCMessageWriter(this.process))
      : createProtocolConnection(
          new StreamMessageReader(this.process.stdout!),
          new StreamMessageWriter(this.process.stdin!),
        );
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) =>
      this.#hear(() => this.pushed.set(uri, diagnostics)),
    );
    this.connection.onNotification(LogMessageNotification.type, ({ message }) =>
      this.#hear(() => this.log.push(message)),
    );
    this.connection.onRequest(RegistrationRequest.type, ({ registrations }) =>
      this.#hear(() => this.registrations.push(...registrations)),
    );
    for (const { method } of [
      DiagnosticRefreshRequest.type,
      InlayHintRefreshRequest.type,
      CodeLensRefreshRequest.type,
    ]) {
      this.connection.onRequest(method, () => this.#hear(() => this.refreshed.push(method)));
    }
    this.connection.listen();
  }

  /** Resolves when `check` no longer throws; it is tried again whenever the server says something, and now and then. */
  async until<T>(check: () => T | Promise<T>): Promise<T> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const heard = new Promise<void>((resolve) => this.#waiting.add(resolve));
      try {
        return await check();
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await Promise.race([heard, setTimeout(100)]);
      }
    }
  }

  async open(file: string, text?: string): Promise<TextDocument> {
    const document = TextDocument.create(uriOf(file), 'ptask', 1, text ?? (await readFile(file, 'utf8')));
    this.#documents.set(document.uri, document);
    const { uri, languageId, version } = document;
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version, text: document.getText() },
    });
    return document;
  }

  /** Types in place of a piece of an open document's text. */
  async type(document: TextDocument, piece: string, newText: string): Promise<void> {
    await this.change(document, [{ range: rangeOf(document, piece), newText }]);
  }

  async change(document: TextDocument, edits: readonly { range: Range; newText: string }[]): Promise<void> {
    // The last edit first, so that none moves another.
    const contentChanges = edits
      .map(({ range, newText }) => ({ range, text: newText }))
      .sort((a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start));
    const version = document.version + 1;
    TextDocument.update(document, contentChanges, version);
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: document.uri, version },
      contentChanges,
    });
  }

  /** Applies an edit to the documents that are open. */
  async apply({ changes = {} }: WorkspaceEdit): Promise<void> {
    for (const [uri, edits] of Object.entries(changes)) {
      const document = this.#documents.get(uri);
      if (document !== undefined) await this.change(document, edits);
    }
  }

  async save(document: TextDocument): Promise<void> {
    const { uri } = document;
    await writeFile(fileURLToPath(uri), document.getText());
    await this.connection.sendNotification(DidSaveTextDocumentNotification.type, { textDocument: { uri } });
  }

  async close({ uri }: TextDocument): Promise<void> {
    this.#documents.delete(uri);
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  /** Tells that another program has changed a file, or made or deleted it. */
  async fileChanged(file: string, type: FileChangeType = FileChangeType.Changed): Promise<void> {
    await this.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
      changes: [{ uri: uriOf(file), type }],
    });
  }

  /** Asks for a document's diagnostics. */
  async pull(uri: string): Promise<Diagnostic[]> {
    const report = await this.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
    return report.kind === 'full' ? report.items : [];
  }

  /** The quick fixes of a diagnostic. */
  async fixes({ uri }: TextDocument, diagnostic: Diagnostic): Promise<CodeAction[]> {
    const actions = await this.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: diagnostic.range,
      context: { diagnostics: [diagnostic] },
    });
    return (actions ?? []).filter((action): action is CodeAction => 'edit' in action);
  }

  /** Ends the server as an editor does. */
  async shutdown(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    return this.exited;
  }

  #hear(take: () => unknown): void {
    take();
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}

/** Where a piece of text stands that occurs once. */
export function rangeOf(document: TextDocument, piece: string): Range {
  const text = document.getText();
  const start = text.indexOf(piece);
  if (start < 0 || text.includes(piece, start + 1)) throw new Error(`not once in the document: ${piece}`);
  return { start: document.positionAt(start), end: document.positionAt(start + piece.length) };
}

export function codesOf(diagnostics: readonly Diagnostic[] | undefined): unknown[] {
  return (diagnostics ?? []).map(({ code }) => code);
}
