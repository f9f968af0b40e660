import { commands, l10n, window, workspace } from 'vscode';

/** Whether something may be run here. Says why not where it may not. */
export async function requireTrust(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = l10n.t('Manage Workspace Trust');
  const choice = await window.showWarningMessage(
    l10n.t('Nothing is trained and no model is run in a workspace that is not trusted.'),
    manage,
  );
  if (choice === manage) await commands.executeCommand('workbench.trust.manage');
  return workspace.isTrusted;
}
