import { resolve } from 'node:path';
import {
  type Connection,
  FileChangeType,
  type InitializeParams,
  type WorkspaceFolder,
} from 'vscode-languageserver/node';
import { PATHS_ALLOWED, type PathsAllowedParams } from '../../protocol/src/rows.ts';
import { TASK_FILE_SUFFIX } from '../../task/src/parse.ts';
import type { ClientSupport } from './client-support.ts';
import type { FarMachines } from './far-machines.ts';
import { OwnWatch } from './own-watch.ts';
import type { LanguageService } from './service/language-service.ts';
import { TaskFiles } from './task-files.ts';
import { filePath, fileUri } from './uris.ts';
import { askToWatch, DependencyWatch, watchWorkspace } from './watched-files.ts';

/** Tells the language service what is on disk, and what happens there. */
export class Workspace {
  readonly #connection: Connection;
  readonly #service: LanguageService;
  readonly #client: ClientSupport;
  readonly #taskFiles: TaskFiles;
  readonly #dependencies: DependencyWatch;
  /** For an editor that does not tell of all that task files name. */
  readonly #ownWatch: OwnWatch | undefined;
  readonly #far: FarMachines;
  readonly #onError: (error: unknown) => void;

  constructor(
    connection: Connection,
    service: LanguageService,
    client: ClientSupport,
    { far, onError }: { readonly far: FarMachines; readonly onError: (error: unknown) => void },
  ) {
    this.#connection = connection;
    this.#service = service;
    this.#client = client;
    this.#far = far;
    this.#onError = onError;
    this.#taskFiles = new TaskFiles(service);
    if (client.watchesFilesOutside) {
      this.#dependencies = new DependencyWatch(askToWatch(connection), (path) => this.#taskFiles.isInWorkspace(path));
    } else {
      const own = new OwnWatch((path, mayHaveCome) => {
        const uri = fileUri(path);
        this.#changed(uri);
        if (mayHaveCome) this.#came(uri);
      });
      this.#ownWatch = own;
      this.#dependencies = new DependencyWatch(
        async (folders) => own.watch(folders),
        () => false,
      );
    }
    this.#listen();
  }

  /** Begins, when the editor is ready to be asked. */
  start(params: InitializeParams): void {
    for (const folder of workspaceFolders(params)) this.#addFolder(folder);
    if (this.#client.watchesFiles) this.#try(watchWorkspace(this.#connection));
    if (!this.#client.workspaceFolders) return;
    this.#connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      for (const folder of pathsOf(removed)) this.#taskFiles.removeFolder(folder);
      for (const folder of pathsOf(added)) this.#addFolder(folder);
      this.#dependencies.workspaceChanged();
      this.followDependencies();
    });
  }

  /** Watches what a file that was opened names before it is looked at, so that no change is missed in between. */
  opened(): void {
    if (this.#ownWatch !== undefined) this.followDependencies();
  }

  /** Has a task file read again that may be another one on disk; not every editor watches files. */
  written(uri: string): void {
    const path = filePath(uri);
    if (path?.endsWith(TASK_FILE_SUFFIX)) this.#try(this.#taskFiles.changed(path));
  }

  /** Resolves when the service knows of a task file what the editor has told of it. */
  async hasRead(uri: string): Promise<void> {
    const path = filePath(uri);
    if (path !== undefined) await this.#taskFiles.hasRead(path);
  }

  /** Has what task files name watched, too, where it is outside the workspace, has a name of its own or is behind a link. */
  followDependencies(): void {
    const named = this.#service.dependencies();
    const wanted = this.#ownWatch === undefined ? named : new Set([...named, ...this.#taskFiles.paths]);
    const near = [...wanted].filter((path) => this.#far.blocked(path) === undefined);
    this.#try(this.#dependencies.follow(new Set(near)));
  }

  dispose(): void {
    this.#taskFiles.dispose();
    this.#ownWatch?.dispose();
  }

  #listen(): void {
    this.#connection.onNotification(PATHS_ALLOWED, ({ paths }: PathsAllowedParams) => this.#allow(paths));
    this.#connection.onDidChangeWatchedFiles(({ changes }) => {
      for (const { uri, type } of changes) {
        this.#changed(uri);
        if (type === FileChangeType.Created) this.#came(uri);
      }
    });
    this.#connection.workspace.onDidDeleteFiles(({ files }) => {
      for (const { uri } of files) this.#changed(uri);
    });
    this.#connection.workspace.onDidRenameFiles(({ files }) => {
      for (const { oldUri, newUri } of files) {
        this.#changed(oldUri);
        this.#changed(newUri);
        this.#came(newUri);
      }
    });
  }

  /** Looks at what may be looked at from now on. */
  #allow(paths: readonly string[]): void {
    const waiting = [...this.#service.dependencies()].filter((path) => this.#far.blocked(path) !== undefined);
    for (const path of paths) this.#far.allow(path);
    for (const path of waiting) if (this.#far.blocked(path) === undefined) this.#service.fileChanged(fileUri(path));
  }

  #addFolder(folder: string): void {
    this.#try(this.#taskFiles.addFolder(folder));
  }

  /** Takes note of what happened to a file or folder. */
  #changed(uri: string): void {
    const path = filePath(uri);
    if (path === undefined) return;
    this.#try(this.#taskFiles.changed(path));
    this.#service.fileChanged(uri);
    for (const linked of this.#dependencies.changed(path)) this.#service.fileChanged(fileUri(linked));
  }

  /** Takes note that a file or folder is there now, which may hold task files. */
  #came(uri: string): void {
    for (const path of pathsOf([{ uri }])) this.#try(this.#taskFiles.came(path));
  }

  #try(work: Promise<void>): void {
    work.catch(this.#onError);
  }
}

/** Paths of the folders that the editor shows; older editors name one root. */
function workspaceFolders({ workspaceFolders: folders, rootUri }: InitializeParams): string[] {
  return pathsOf(folders ?? (rootUri ? [{ uri: rootUri }] : []));
}

/** Without a slash at the end, which some editors write and others do not, or now and then. */
function pathsOf(folders: readonly Pick<WorkspaceFolder, 'uri'>[]): string[] {
  return folders.flatMap(({ uri }) => {
    const path = filePath(uri);
    return path === undefined ? [] : [resolve(path)];
  });
}
