import { setTimeout } from 'node:timers/promises';
import type { Connection } from 'vscode-languageserver/node';
import type { ClientSupport, Refreshable } from './client-support.ts';

export interface Refresher {
  /** Tells the editor to ask anew. */
  refresh(what: Refreshable): void;
}

/** Milliseconds in which hints and lenses may be behind: an editor asks for them after each keystroke of its own anyway. */
const LATER = 200;

/** Tells an editor, where it can be told, to ask anew; once for all that happens until it has heard. */
export function refresher(
  connection: Connection,
  client: Pick<ClientSupport, 'refreshes'>,
  later: () => Promise<unknown> = () => setTimeout(LATER, undefined, { ref: false }),
): Refresher {
  const requests: Readonly<Record<Refreshable, () => Promise<unknown>>> = {
    diagnostics: () => connection.languages.diagnostics.refresh(),
    codeLens: () => connection.sendRequest('workspace/codeLens/refresh'),
    inlayHint: () => connection.languages.inlayHint.refresh(),
  };
  /** What has happened that the editor has not been told. */
  const news = new Set<Refreshable>();
  const sending = new Set<Refreshable>();

  const send = async (what: Refreshable): Promise<void> => {
    sending.add(what);
    while (news.has(what)) {
      if (what !== 'diagnostics') await later();
      news.delete(what);
      // An editor that fails at it asks some other time.
      await requests[what]().catch(() => {});
    }
    sending.delete(what);
  };

  return {
    refresh(what) {
      if (!client.refreshes[what]) return;
      news.add(what);
      if (!sending.has(what)) void send(what);
    },
  };
}
