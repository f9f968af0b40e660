import { type ExtensionContext, l10n, window } from 'vscode';
import { startLanguageServer } from './language-server.ts';

/** What the extension gives to its tests, and to other extensions. */
export interface Extension {
  /** Resolves when the language server answers; rejects when it could not be started. */
  readonly languageServerReady: Promise<void>;
}

export function activate(context: ExtensionContext): Extension {
  const log = window.createOutputChannel('ptask', { log: true });
  const server = startLanguageServer(context.asAbsolutePath('dist/server.js'), log);
  context.subscriptions.push(log, server);
  server.ready.catch((error: unknown) => {
    log.error(error instanceof Error ? error : String(error));
    window.showErrorMessage(l10n.t('ptask cannot check task files: its language server did not start.'));
  });
  return { languageServerReady: server.ready };
}
