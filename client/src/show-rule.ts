import { commands, type Disposable, Uri } from 'vscode';
import { SHOW_RULE } from '../../protocol/src/commands.ts';

/** Shows a rule on the page of all rules, which is packaged with the extension, as a reader would see it. */
export function registerShowRule(extensionUri: Uri): Disposable {
  const page = Uri.joinPath(extensionUri, 'docs', 'rules.md');
  return commands.registerCommand(SHOW_RULE, (code: unknown) =>
    commands.executeCommand('markdown.showPreview', page.with({ fragment: String(code) })),
  );
}
