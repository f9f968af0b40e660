import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type FileSystemWatcher,
  WatchKind,
} from 'vscode-languageserver/node';
import { linkPlaces } from './link-places.ts';
import { PathLookup } from './service/path-lookup.ts';
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
  'added_tokens.json',
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

/** Has folders watched, each without those in it, in place of the ones before. */
export type WatchFolders = (folders: readonly string[]) => Promise<void>;

/** Asks the editor to tell of files in folders. It is to be asked for one thing after the other. */
export function askToWatch(connection: Connection): WatchFolders {
  let watched: readonly string[] = [];
  let registration: Disposable | undefined;
  return async (folders) => {
    if (folders.join('\n') === watched.join('\n')) return;
    watched = folders;
    const watchers = folders.map((folder) => ({ globPattern: { baseUri: fileUri(folder), pattern: '*' } }));
    const before = registration;
    registration =
      watchers.length > 0
        ? await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers })
        : undefined;
    before?.dispose();
  };
}

/**
 * Has files watched that task files name and that the editor does not tell of anyway: outside the workspace, of another name, or
 * behind a symbolic link, of which editors tell at neither end.
 */
export class DependencyWatch {
  readonly #watchFolders: WatchFolders;
  readonly #isInWorkspace: (path: string) => boolean;
  /** By the path that is followed. */
  readonly #known = new Map<string, Followed>();
  /** Paths to be looked at again, since something has changed there. */
  readonly #stale = new Set<string>();
  /** The paths that are followed and all their places. */
  readonly #places = new PathLookup();
  /** The paths that lead to a place. */
  readonly #leading = new Map<string, Set<string>>();
  /** One after another, so that what is asked for last is what holds. */
  #turn: Promise<void> = Promise.resolve();

  /** @param isInWorkspace whether the editor tells of the files there that have the usual names */
  constructor(watchFolders: WatchFolders, isInWorkspace: (path: string) => boolean) {
    this.#watchFolders = watchFolders;
    this.#isInWorkspace = isInWorkspace;
  }

  /** @param paths files and folders, in the workspace and outside @throws what watching folders throws */
  follow(paths: ReadonlySet<string>): Promise<void> {
    const followed = this.#turn.then(() => this.#watch(paths));
    this.#turn = followed.catch(() => {});
    return followed;
  }

  /**
   * The paths that are followed and mean another file since something has changed elsewhere: at the other end of a link, or on
   * the way there.
   */
  changed(path: string): string[] {
    const concerned = this.#places.concernedBy(path);
    const leading = new Set(concerned.flatMap((place) => [...this.#leading.get(place)!]));
    for (const followed of leading) this.#stale.add(followed);
    return [...leading].filter((followed) => !concerned.includes(followed));
  }

  /** Says that the workspace has got or lost folders, so that the editor tells of other files than before. */
  workspaceChanged(): void {
    for (const path of this.#known.keys()) this.#stale.add(path);
  }

  async #watch(paths: ReadonlySet<string>): Promise<void> {
    for (const path of this.#known.keys()) if (!paths.has(path)) this.#keep(path, undefined);
    const wanted = [...paths].filter((path) => !this.#known.has(path) || this.#stale.has(path));
    const looked = wanted.map(async (path) => {
      // What changes from now on calls for one more look.
      this.#stale.delete(path);
      return [path, await this.#look(path)] as const;
    });
    for (const [path, followed] of await Promise.all(looked)) this.#keep(path, followed);
    const folders = [...new Set([...this.#known.values()].flatMap((followed) => followed.folders))].sort();
    await this.#watchFolders(folders);
  }

  async #look(path: string): Promise<Followed> {
    const places = [path, ...(await linkPlaces(path))];
    const folders = await Promise.all(places.map((place) => this.#foldersOf(place)));
    return { places, folders: folders.flat() };
  }

  /** The folders to be watched for a place. */
  async #foldersOf(place: string): Promise<string[]> {
    const isInWorkspace = this.#isInWorkspace(place);
    if (isInWorkspace && isWatchedByName(place)) return [];
    if (!(await isFolder(place))) return [dirname(place)];
    // A model's folder, whose files have names that are watched everywhere in the workspace.
    return isInWorkspace ? [] : [dirname(place), place];
  }

  /** Takes what was found of a path; undefined where it is not followed any more. */
  #keep(path: string, followed: Followed | undefined): void {
    for (const place of this.#known.get(path)?.places ?? []) {
      const leading = this.#leading.get(place)!;
      leading.delete(path);
      if (leading.size > 0) continue;
      this.#leading.delete(place);
      this.#places.delete(place);
    }
    this.#known.delete(path);
    if (followed === undefined) return;
    this.#known.set(path, followed);
    for (const place of followed.places) {
      const leading = this.#leading.get(place) ?? new Set<string>();
      this.#leading.set(place, leading);
      leading.add(path);
      this.#places.add(place);
    }
  }
}

/** Of a path that is followed. */
interface Followed {
  /** Where a change is one of it: itself, and where links lead. */
  readonly places: readonly string[];
  /** To be watched. */
  readonly folders: readonly string[];
}

function isWatchedByName(path: string): boolean {
  const name = basename(path);
  return NAMES.includes(name) || ENDINGS.some((ending) => name.endsWith(ending));
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
