import { createHash } from 'node:crypto';
import {
  type CancellationToken,
  type Connection,
  type Diagnostic,
  type DiagnosticServerCancellationData,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver/node';
import type { DiagnosticChannel } from './diagnostic-channel.ts';
import type { PresentDiagnostics } from './present-diagnostics.ts';
import type { Refresher } from './refresher.ts';

interface Result {
  /** Says what is in `items`, so that an editor can say what it has. */
  readonly id: string;
  readonly items: Diagnostic[];
}

/** Diagnostics for an editor that asks: for a document, and for all files of the workspace. */
export class PulledDiagnostics implements DiagnosticChannel {
  readonly #present: PresentDiagnostics;
  readonly #refresher: Refresher;
  /** Of every file that has diagnostics, by uri. */
  readonly #results = new Map<string, Result>();
  readonly #none = resultOf([]);
  /** Wakes the workspace requests that wait for a change. */
  #wake: () => void = () => {};
  #change: Promise<void>;
  #isClosed = false;

  constructor(connection: Connection, present: PresentDiagnostics, refresher: Refresher) {
    this.#present = present;
    this.#refresher = refresher;
    this.#change = this.#nextChange();
    connection.languages.diagnostics.on((params) => this.#document(params));
    connection.languages.diagnostics.onWorkspace((params, token) => this.#workspace(params, token));
  }

  publish(uri: string, diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length > 0) this.#results.set(uri, resultOf(this.#present(diagnostics)));
    else this.#results.delete(uri);
    this.#changed();
    this.#refresher.refresh('diagnostics');
  }

  edit(_uri: string, change: () => void): void {
    change();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #document({ textDocument: { uri }, previousResultId }: DocumentDiagnosticParams): DocumentDiagnosticReport {
    const { id, items } = this.#results.get(uri) ?? this.#none;
    return id === previousResultId
      ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId: id }
      : { kind: DocumentDiagnosticReportKind.Full, resultId: id, items };
  }

  /** Editors ask again as soon as they are answered, so the answer waits until there is something new. */
  async #workspace(
    params: WorkspaceDiagnosticParams,
    token: CancellationToken,
  ): Promise<WorkspaceDiagnosticReport | ResponseError<DiagnosticServerCancellationData>> {
    const cancelled = new Promise<void>((resolve) => token.onCancellationRequested(() => resolve()));
    for (;;) {
      const items = this.#news(params);
      if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
      if (items.length > 0 || this.#isClosed) return { items };
      await Promise.race([this.#change, cancelled]);
    }
  }

  /** What an editor does not have yet, files that have lost their diagnostics included. */
  #news({ previousResultIds }: WorkspaceDiagnosticParams): WorkspaceDiagnosticReport['items'] {
    const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
    const uris = new Set([...this.#results.keys(), ...previous.keys()]);
    return [...uris].flatMap((uri) => {
      const { id, items } = this.#results.get(uri) ?? this.#none;
      return id === previous.get(uri)
        ? []
        : [{ kind: DocumentDiagnosticReportKind.Full, uri, version: null, resultId: id, items }];
    });
  }

  #changed(): void {
    this.#wake();
    this.#change = this.#nextChange();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function resultOf(items: Diagnostic[]): Result {
  return { id: createHash('sha1').update(JSON.stringify(items)).digest('base64url'), items };
}
