import { CompletionItemKind } from 'vscode-languageserver-types';
import { t } from '../../../../l10n/src/words.ts';
import { SPLITS } from '../../../../task/src/data-facts.ts';
import { taskFileStem } from '../../../../task/src/parse.ts';
import type { FolderEntry } from '../host.ts';
import type { Ask } from './ask.ts';
import { scalarAt } from './cursor.ts';
import { jsonOffer, type Offer } from './offer.ts';

/** Folders deeper than this below what has been typed are not looked into, nor more of them than these. */
const MAX_DEPTH = 3;
const MAX_FOLDERS = 100;
const PASSED_OVER = /^(\.|node_modules$)/;

interface Folder {
  /** As the task file would write it, with a slash behind; empty for the task file's own. */
  readonly path: string;
  readonly entries: readonly FolderEntry[];
}

/** JSONL files below what has been typed: those whose names tell their split first, those that the list has already left out. */
export async function dataFileOffers(ask: Ask, key: (typeof SPLITS)[number]['key']): Promise<Offer[]> {
  const { context } = ask.knowledge;
  const listed = SPLITS.map((split) => ({
    key: split.key,
    files: context.entries('data', split.key).map(({ value }) => value),
  }));
  const own = context.text.slice(ask.cursor.span.start, ask.cursor.span.end);
  const isListed = (path: string) => listed.some((list) => list.key === key && list.files.includes(path));
  const elsewhere = (path: string) => listed.find((list) => list.key !== key && list.files.includes(path))?.key;
  const files = (await filesBelow(ask, '.jsonl')).filter((path) => !isListed(path) || JSON.stringify(path) === own);
  const rank = (path: string) => (isMeantFor(key, path) ? 0 : 2) + (elsewhere(path) === undefined ? 0 : 1);
  return files
    .toSorted((a, b) => rank(a) - rank(b))
    .map((path) => {
      const other = elsewhere(path);
      return fileOffer(ask, path, other && t('in {0}', other));
    });
}

/** Words in a file's name by which people tell splits. */
const MEANT: Readonly<Record<(typeof SPLITS)[number]['key'], RegExp>> = {
  train_ds: /train/i,
  validation_ds: /valid|val\b|dev/i,
  test_ds: /test/i,
};

export function isMeantFor(key: (typeof SPLITS)[number]['key'], path: string): boolean {
  return MEANT[key].test(path.split('/').at(-1)!);
}

/** The usual name, and tables that are there; a file beside a `config.json` holds the weights of a model. */
export async function promptTableOffers(ask: Ask): Promise<Offer[]> {
  const usual = `${taskFileStem(ask.knowledge.context.path)}.prompts.safetensors`;
  const folders = (await foldersBelow(ask)).filter(({ entries }) => !isModel(entries));
  const there = filesIn(folders, '.safetensors').map((path) => fileOffer(ask, path));
  return [fileOffer(ask, usual, t('default')), ...there];
}

/** Folders with a `config.json`. */
export async function modelFolders(ask: Ask): Promise<string[]> {
  const folders = await foldersBelow(ask);
  return folders
    .filter(({ path, entries }) => path !== '' && isModel(entries))
    .map(({ path }) => path.replace(/\/$/, ''));
}

export async function filesBelow(ask: Ask, suffix: string): Promise<string[]> {
  return filesIn(await foldersBelow(ask), suffix);
}

function isModel(entries: readonly FolderEntry[]): boolean {
  return entries.some(({ name, isFolder }) => name === 'config.json' && !isFolder);
}

function filesIn(folders: readonly Folder[], suffix: string): string[] {
  return folders.flatMap(({ path, entries }) =>
    entries.flatMap(({ name, isFolder }) => (!isFolder && name.endsWith(suffix) ? [path + name] : [])),
  );
}

function fileOffer({ cursor }: Ask, path: string, detail?: string): Offer {
  return jsonOffer(cursor, path, { kind: CompletionItemKind.File, detail });
}

/** The folder whose path has been typed and those in it, the nearest first, each level by name. */
async function foldersBelow({ knowledge: { context }, cursor, paths }: Ask): Promise<Folder[]> {
  const list = async (path: string): Promise<Folder> => {
    const entries = await paths.listFolder(paths.resolvePath(context.path, path === '' ? '.' : path));
    return { path, entries: entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
  };
  const found: Folder[] = [];
  let level = [typedFolder(context.text, cursor)];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const folders = await Promise.all(level.slice(0, MAX_FOLDERS - found.length).map(list));
    found.push(...folders);
    level = folders.flatMap(({ path, entries }) =>
      entries.flatMap(({ name, isFolder }) => (isFolder && !PASSED_OVER.test(name) ? [`${path}${name}/`] : [])),
    );
  }
  return found;
}

/** What stands in front of the cursor up to the last slash: `../data/` of `"../data/tr`. */
function typedFolder(text: string, { span, offset, inString }: Ask['cursor']): string {
  const typed = inString ? scalarAt(text, { start: span.start, end: offset }) : undefined;
  return typeof typed === 'string' ? typed.slice(0, typed.lastIndexOf('/') + 1) : '';
}
