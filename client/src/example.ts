import { commands, type ExtensionContext, env, Uri, window, workspace } from 'vscode';

/**
 * **Open Example**: copies the sentiment example, with its data, into the workspace, and opens its task file in the user's
 * language; without a workspace, into the extension's own folder, which is opened.
 */
export async function openExample({ extensionUri, globalStorageUri }: ExtensionContext): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = Uri.joinPath(folder ?? globalStorageUri, 'ptask-example');
  const isThere = await workspace.fs.stat(target).then(
    () => true,
    () => false,
  );
  if (!isThere) await workspace.fs.copy(Uri.joinPath(extensionUri, 'examples', 'sentiment'), target);
  if (!folder) {
    await commands.executeCommand('vscode.openFolder', target);
    return;
  }
  const name = env.language.startsWith('sv') ? 'sv.ptask.json' : 'en.ptask.json';
  await window.showTextDocument(Uri.joinPath(target, name));
}
