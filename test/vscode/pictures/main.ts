import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { EditorPage } from '../drive/editor-page.ts';
import { findBrowser } from '../host/find-browser.ts';
import { installExtension } from '../host/install-extension.ts';
import { installHost } from '../host/install-host.ts';
import { openWorkbench } from '../host/workbench.ts';
import { takePictures } from './pictures.ts';

export interface MainOptions {
  readonly root: string;
  /** Where the package is, and what is needed on the way is put. */
  readonly out: string;
  /** Where the pictures are put. */
  readonly images: string;
}

/** What a picture does not need. */
const SETTINGS = {
  'breadcrumbs.enabled': false,
  'editor.minimap.enabled': false,
  'editor.overviewRulerBorder': false,
  'editor.scrollbar.horizontal': 'hidden',
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
};

/** Takes all pictures in one window, in which the example is trained on the way. */
export async function main({ root, out, images }: MainOptions): Promise<void> {
  const [host, browser] = await Promise.all([installHost(root), findBrowser(root)]);
  const extensions = path.join(out, 'extensions');
  await installExtension(host, path.join(out, 'ptask.vsix'), extensions);
  const own = path.join(out, 'pictures');
  await rm(own, { recursive: true, force: true });
  const workspace = path.join(own, 'news');
  await cp(path.join(root, 'examples/sentiment/data/en'), path.join(workspace, 'data'), { recursive: true });
  await cp(path.join(root, 'test/vscode/pictures/news.ptask.json'), path.join(workspace, 'news.ptask.json'));
  const workbench = await openWorkbench({
    host,
    browser,
    extensions,
    workspace,
    out: own,
    env: { PTASK_CACHE: path.join(root, '.vscode-test/models') },
    settings: SETTINGS,
    window: { width: 1120, height: 700, scale: 2 },
  });
  try {
    await takePictures(workbench, new EditorPage(workbench.page, images));
  } catch (error) {
    await workbench.page.screenshot({ path: path.join(own, 'failure.png') });
    throw error;
  } finally {
    await workbench.close();
  }
}
