import { commands, Uri, workspace } from 'vscode';
import { fileNameOf } from './file-name.ts';
import { lineLink } from './line-link.ts';

/** How many reports are kept: a window that is reloaded shows its own again. */
const KEPT = 20;

/**
 * Reports in Markdown that are shown in editor tabs. They are files of the extension's own, as the links of a document that is
 * on no disk lead nowhere; so a report is also there again after the window was reloaded.
 */
export class ReportDocuments {
  readonly #folder: Uri;

  /** @param storage a folder of the extension's own */
  constructor(storage: Uri) {
    this.#folder = Uri.joinPath(storage, 'reports');
  }

  /** Opens a report, in the tab that has the last one if it is still there. */
  async show(title: string, markdown: string): Promise<void> {
    // Each in a folder of its own: VS Code goes on showing what it knows of a file for a while after the file has changed.
    const own = Uri.joinPath(this.#folder, Date.now().toString().padStart(16, '0'));
    const uri = Uri.joinPath(own, `${fileNameOf(title)}.md`);
    await workspace.fs.writeFile(uri, new TextEncoder().encode(markdown));
    await commands.executeCommand('markdown.showPreview', uri);
    await this.#dropOld();
  }

  /** Address of a line of a file, counted from 0, for a link in a report. */
  link(file: string, line: number): string {
    return lineLink(file, line, Uri.joinPath(this.#folder, 'of-one-report').fsPath);
  }

  async #dropOld(): Promise<void> {
    const names = (await workspace.fs.readDirectory(this.#folder)).map(([name]) => name).sort();
    for (const name of names.slice(0, -KEPT)) {
      // Another window may have been faster.
      await workspace.fs.delete(Uri.joinPath(this.#folder, name), { recursive: true }).then(undefined, () => {});
    }
  }
}
