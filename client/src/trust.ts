import { commands, l10n, workspace } from 'vscode';
import { showWarning } from './messages.ts';

/** Whether something may be run here. Says why not where it may not. */
export async function requireTrust(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = l10n.t('Manage Workspace Trust');
  const choice = await showWarning(
    l10n.t('Nothing is trained and no model is run in a workspace that is not trusted.'),
    manage,
  );
  if (choice === manage) await commands.executeCommand('workbench.trust.manage');
  return workspace.isTrusted;
}
