import type { LogOutputChannel } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

/** The language server, in a process of its own that ends with the window. */
export interface LanguageServer {
  readonly ready: Promise<void>;
  /** Ends the process; resolves when it has gone. */
  stop(): Promise<void>;
}

/** @param module path of the server's program */
export function startLanguageServer(module: string, log: LogOutputChannel): LanguageServer {
  const starting = start(module, log);
  const stop = () =>
    starting.then(
      (client) => client.dispose(),
      () => undefined,
    );
  return { ready: starting.then(() => undefined), stop };
}

async function start(module: string, log: LogOutputChannel): Promise<LanguageClient> {
  // The library is large, and the extension must not hold up the window.
  const { LanguageClient, TransportKind } = await import('vscode-languageclient/node');
  const client = new LanguageClient(
    'ptask',
    'ptask',
    { module, transport: TransportKind.ipc },
    {
      documentSelector: [
        { scheme: 'file', language: 'ptask' },
        // Data files: the server answers for those that a task file names.
        { scheme: 'file', pattern: '**/*.jsonl' },
      ],
      outputChannel: log,
    },
  );
  await client.start();
  return client;
}
