import type { Connection, Diagnostic } from 'vscode-languageserver/node';
import type { PresentDiagnostics } from './present-diagnostics.ts';

/** How diagnostics reach an editor: it is sent them, or it asks. */
export interface DiagnosticChannel {
  /** Takes all diagnostics of a file, in place of those before. */
  publish(uri: string, diagnostics: readonly Diagnostic[]): void;
  /** Answers what is still being waited for; nothing is sent afterwards. */
  close(): void;
}

export function pushedDiagnostics(connection: Connection, present: PresentDiagnostics): DiagnosticChannel {
  let isClosed = false;
  return {
    publish(uri, diagnostics) {
      if (!isClosed) void connection.sendDiagnostics({ uri, diagnostics: present(diagnostics) });
    },
    close() {
      isClosed = true;
    },
  };
}
