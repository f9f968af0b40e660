import type { Connection } from 'vscode-languageserver/node';
import type { ClientSupport, Refreshable } from './client-support.ts';

export interface Refresher {
  /** Tells the editor to ask anew. */
  refresh(what: Refreshable | 'diagnostics'): void;
}

/** Tells an editor, where it can be told, to ask anew; once for all that happens until it has heard. */
export function refresher(connection: Connection, client: ClientSupport): Refresher {
  const requests: Record<Refreshable | 'diagnostics', (() => Promise<void>) | undefined> = {
    diagnostics: client.pullsDiagnostics ? () => connection.languages.diagnostics.refresh() : undefined,
    codeLens: client.refreshes.codeLens ? () => connection.sendRequest('workspace/codeLens/refresh') : undefined,
    inlayHint: client.refreshes.inlayHint ? () => connection.languages.inlayHint.refresh() : undefined,
  };
  const waiting = new Set<Refreshable | 'diagnostics'>();
  const sent = new Set<Refreshable | 'diagnostics'>();

  const send = async (what: Refreshable | 'diagnostics', request: () => Promise<void>): Promise<void> => {
    sent.add(what);
    do {
      waiting.delete(what);
      // An editor that fails at it asks some other time.
      await request().catch(() => {});
    } while (waiting.has(what));
    sent.delete(what);
  };

  return {
    refresh(what) {
      const request = requests[what];
      if (request === undefined) return;
      if (sent.has(what)) waiting.add(what);
      else void send(what, request);
    },
  };
}
