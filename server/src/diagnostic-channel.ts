import type { Connection, Diagnostic } from 'vscode-languageserver/node';
import type { PresentDiagnostics } from './present-diagnostics.ts';

/** How diagnostics reach an editor: it is sent them, or it asks. */
export interface DiagnosticChannel {
  /** Takes all diagnostics of a file, in place of those before. */
  publish(uri: string, diagnostics: readonly Diagnostic[]): void;
  /** Lets a document's text be changed. */
  edit(uri: string, change: () => void): void;
  /** Answers what is still being waited for; nothing is sent afterwards. */
  close(): void;
}

export function pushedDiagnostics(connection: Connection, present: PresentDiagnostics): DiagnosticChannel {
  /** By uri; no file without any. */
  const shown = new Map<string, readonly Diagnostic[]>();
  let isClosed = false;
  /** The document that is being changed, as long as nothing has been sent of it. */
  let edited: string | undefined;

  const send = (uri: string, diagnostics: readonly Diagnostic[]) => {
    if (!isClosed) void connection.sendDiagnostics({ uri, diagnostics: present(diagnostics) });
  };
  return {
    publish(uri, diagnostics) {
      if (uri === edited) edited = undefined;
      if (diagnostics.length > 0) shown.set(uri, diagnostics);
      else shown.delete(uri);
      send(uri, diagnostics);
    },
    edit(uri, change) {
      edited = uri;
      change();
      const same = shown.get(uri);
      // After an edit Emacs draws what it has at the offsets of the text before, until it is told again where it is.
      if (edited !== undefined && same !== undefined) send(uri, same);
      edited = undefined;
    },
    close() {
      isClosed = true;
    },
  };
}
