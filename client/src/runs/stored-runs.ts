import path from 'node:path';
import { type Disposable, EventEmitter, workspace } from 'vscode';
import type { RunSummary } from '../../../protocol/src/runs.ts';
import { reasonOf } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import { showError } from '../messages.ts';
import { findTaskFiles, isTaskFile } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';

/** After a change on disk, others usually follow at once. */
const SETTLE_MS = 300;

/** Where a folder is deleted, nothing is told of what was in it. */
const RUN_FOLDERS = '{**/.ptask,**/.ptask/runs,**/.ptask/runs/*}';

/** The runs that are kept beside the task files of the workspace and those that are open, of this window, of others and of the command line. */
export class StoredRuns implements Disposable {
  readonly #engine: PredictionEngine;
  readonly #changed = new EventEmitter<void>();
  readonly #watcher = workspace.createFileSystemWatcher('**/.ptask/runs/*/run.json');
  readonly #folders = workspace.createFileSystemWatcher(RUN_FOLDERS, true, true, false);
  readonly #workspace = workspace.onDidChangeWorkspaceFolders(() => this.refresh());
  readonly #opened = workspace.onDidOpenTextDocument((document) => {
    if (isTaskFile(document) && !workspace.getWorkspaceFolder(document.uri)) this.refresh();
  });
  /** Only then are they read. */
  readonly #trusted = workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire());
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** When the list may have changed. */
  readonly onDidChange = this.#changed.event;

  constructor(engine: PredictionEngine) {
    this.#engine = engine;
    const { onDidCreate, onDidChange, onDidDelete } = this.#watcher;
    for (const event of [onDidCreate, onDidChange, onDidDelete, this.#folders.onDidDelete]) event(() => this.refresh());
  }

  refresh(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.fire(), SETTLE_MS);
  }

  /** The newest first. Reading them starts the engine, so that there are none in a workspace that is not trusted. */
  async list(): Promise<readonly RunSummary[]> {
    if (!workspace.isTrusted) return [];
    // A task file may be open that belongs to no folder of the workspace.
    const open = workspace.textDocuments.filter((document) => isTaskFile(document) && document.uri.scheme === 'file');
    const files = [...(await findTaskFiles()), ...open.map(({ uri }) => uri)];
    const folders = [...new Set(files.map((file) => path.dirname(file.fsPath)))];
    if (folders.length === 0) return [];
    return (await this.#engine.request('runs', { folders })).runs;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher.dispose();
    this.#folders.dispose();
    this.#workspace.dispose();
    this.#opened.dispose();
    this.#trusted.dispose();
    this.#changed.dispose();
  }
}

/** The runs for a command; undefined where they cannot or may not be read, which the user is told. */
export async function listedRuns(
  stored: Pick<StoredRuns, 'list'>,
  { t }: Texts,
): Promise<readonly RunSummary[] | undefined> {
  if (!(await requireTrust())) return undefined;
  try {
    return await stored.list();
  } catch (error) {
    showError(t('The runs cannot be read: {0}', reasonOf(error, t)));
    return undefined;
  }
}
