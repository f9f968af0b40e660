import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type FileSystemWatcher,
  WatchKind,
} from 'vscode-languageserver/node';
import { fileUri } from './uris.ts';

/** What a check looks at: task files, their data and prompt tables, and a model's files. */
const WATCHED: readonly FileSystemWatcher[] = [
  { globPattern: '**/*.ptask.json' },
  { globPattern: '**/*.jsonl' },
  { globPattern: '**/*.safetensors' },
  { globPattern: '**/{config,generation_config,tokenizer,tokenizer_config,special_tokens_map,vocab}.json' },
  { globPattern: '**/{spiece.model,tokenizer.model,merges.txt,chat_template.jinja}' },
  { globPattern: '**/model.safetensors.index.json' },
  // A folder that goes takes its files along without naming them.
  { globPattern: '**', kind: WatchKind.Delete },
];

/** Asks the editor to tell of files of the workspace that other programs change. */
export async function watchWorkspace(connection: Connection): Promise<void> {
  await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [...WATCHED] });
}

/** Asks the editor to tell of files outside the workspace that task files name. */
export class OutsideWatch {
  readonly #connection: Connection;
  readonly #isInWorkspace: (path: string) => boolean;
  #folders: readonly string[] = [];
  #registration: Promise<Disposable> | undefined;
  /** One after another, so that what is asked for last is what holds. */
  #turn: Promise<void> = Promise.resolve();

  constructor(connection: Connection, isInWorkspace: (path: string) => boolean) {
    this.#connection = connection;
    this.#isInWorkspace = isInWorkspace;
  }

  /** @param paths files and folders, in the workspace and outside */
  follow(paths: ReadonlySet<string>): Promise<void> {
    const outside = [...paths].filter((path) => !this.#isInWorkspace(path));
    this.#turn = this.#turn.then(() => this.#watch(outside));
    return this.#turn;
  }

  async #watch(paths: readonly string[]): Promise<void> {
    const nested = await Promise.all(
      paths.map(async (path) => [dirname(path), ...((await isFolder(path)) ? [path] : [])]),
    );
    const folders = [...new Set(nested.flat())].sort();
    if (folders.join('\n') === this.#folders.join('\n')) return;
    this.#folders = folders;
    const before = await this.#registration;
    const watchers = folders.map((folder) => ({ globPattern: { baseUri: fileUri(folder), pattern: '*' } }));
    this.#registration =
      watchers.length > 0
        ? this.#connection.client.register(DidChangeWatchedFilesNotification.type, { watchers })
        : undefined;
    await this.#registration;
    before?.dispose();
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
