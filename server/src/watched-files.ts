import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type FileSystemWatcher,
  WatchKind,
} from 'vscode-languageserver/node';
import { fileUri } from './uris.ts';

/*
 * What a check looks at: task files, their data and prompt tables, and a model's files. Data may lie in files of any other name,
 * such as `train.json`, which are watched once a task file names them.
 */
const ENDINGS = ['.ptask.json', '.jsonl', '.safetensors'];
const NAMES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.json',
  'model.safetensors.index.json',
  'spiece.model',
  'tokenizer.model',
  'merges.txt',
  'chat_template.jinja',
];

const WATCHED: readonly FileSystemWatcher[] = [
  ...ENDINGS.map((ending) => ({ globPattern: `**/*${ending}` })),
  { globPattern: `**/{${NAMES.join(',')}}` },
  // A folder that comes or goes, as when it is moved, takes its files along without naming them.
  { globPattern: '**', kind: WatchKind.Create | WatchKind.Delete },
];

/** Asks the editor to tell of files of the workspace that other programs change. */
export async function watchWorkspace(connection: Connection): Promise<void> {
  await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [...WATCHED] });
}

/** Asks the editor to tell of files that task files name and that it does not tell of anyway: outside the workspace, or of another name. */
export class DependencyWatch {
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
    const others = [...paths].filter((path) => !this.#isInWorkspace(path) || !isWatchedByName(path));
    this.#turn = this.#turn.then(() => this.#watch(others));
    return this.#turn;
  }

  async #watch(paths: readonly string[]): Promise<void> {
    const nested = await Promise.all(
      paths.map(async (path) => {
        if (!(await isFolder(path))) return [dirname(path)];
        // A model's folder, whose files have names that are watched everywhere in the workspace.
        return this.#isInWorkspace(path) ? [] : [dirname(path), path];
      }),
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

function isWatchedByName(path: string): boolean {
  const name = basename(path);
  return NAMES.includes(name) || ENDINGS.some((ending) => name.endsWith(ending));
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
