import path from 'node:path';
import { commands, Uri, workspace } from 'vscode';

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

  /** Opens a report, or shows the tab that has one of this title with its new text. */
  async show(title: string, markdown: string): Promise<void> {
    const uri = Uri.joinPath(this.#folder, `${title.replaceAll(/[\\/:*?"<>|]/g, '-')}.md`);
    await workspace.fs.writeFile(uri, new TextEncoder().encode(markdown));
    await commands.executeCommand('markdown.showPreview', uri);
    await commands.executeCommand('markdown.preview.refresh');
  }

  /** Address of a line of a file, counted from 0, for a link in a report. */
  link(file: string, line: number): string {
    const way = path.relative(this.#folder.fsPath, file).split(path.sep);
    return `${way.map(encodeURIComponent).join('/')}#L${line + 1}`;
  }
}
