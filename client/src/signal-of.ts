import type { CancellationToken } from 'vscode';

/** A signal that is aborted when VS Code no longer wants what it has asked for. */
export function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
