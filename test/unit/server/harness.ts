import { posix } from 'node:path';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic, TextEdit } from 'vscode-languageserver-types';
import type { FolderEntry } from '../../../server/src/service/host.ts';
import { LanguageService } from '../../../server/src/service/language-service.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { environment, row, TASK_PATH, TRAINING_ROWS } from '../task/harness.ts';

const ROOT = 'file:///';
export const uriOf = (path: string) => `${ROOT}${path}`;
export const TASK = uriOf(TASK_PATH);
export const TRAIN = uriOf('project/train.jsonl');

const ABOUT = { architecture: 'gpt2', layers: 12, hidden: 768, parameters: 124e6, bytes: 548e6, vocabulary: 50_257 };

export interface Editor {
  readonly service: LanguageService;
  /** The files on disk, by their name in the task file's folder; a test may change them. */
  readonly disk: Record<string, string>;
  /** What the editor shows of each file that has problems: the codes, in order. */
  readonly shown: () => Record<string, unknown[]>;
  /** All that it was told, in order. */
  readonly told: { readonly uri: string; readonly diagnostics: readonly Diagnostic[] }[];
  readonly errors: unknown[];
}

/** An editor with sound data on disk and nothing open. */
export function editor(changes: Partial<CheckEnvironment> = {}, pause: () => Promise<void> = async () => {}): Editor {
  const disk: Record<string, string> = {
    'train.jsonl': TRAINING_ROWS,
    'validation.jsonl': [row('Vinsten ökar'), row('Vinsten minskar', 'negativa')].join('\n'),
  };
  const published = new Map<string, Diagnostic[]>();
  const told: Editor['told'] = [];
  const errors: unknown[] = [];
  const service = new LanguageService({
    environment: environment(disk, { fetchedModel: (model) => `cache/${model}`, ...changes }),
    listFolder: async (folder) => entriesOf(disk, posix.relative('project', folder)),
    cachedModels: async () => ['owner/model'],
    modelSummary: async (_, name) => (name === 'owner/model' ? ABOUT : undefined),
    toPath: (uri) => posix.normalize(uri.slice(ROOT.length)),
    toUri: uriOf,
    publish: (uri, diagnostics) => {
      published.set(uri, diagnostics);
      told.push({ uri, diagnostics });
    },
    pause,
    breathe: async () => {},
    onError: (error) => errors.push(error),
  });
  const shown = () =>
    Object.fromEntries(
      [...published].flatMap(([uri, list]) => (list.length === 0 ? [] : [[uri, list.map(({ code }) => code)]])),
    );
  return { service, disk, shown, told, errors };
}

/** What a folder holds, by its path from the task file's folder. */
function entriesOf(disk: Readonly<Record<string, string>>, folder: string): FolderEntry[] {
  const inside = folder === '' ? '' : `${folder}/`;
  const names = new Map<string, boolean>();
  for (const path of Object.keys(disk)) {
    const [name, ...rest] = path.startsWith(inside) ? path.slice(inside.length).split('/') : [];
    if (name !== undefined) names.set(name, rest.length > 0);
  }
  return [...names].map(([name, isFolder]) => ({ name, isFolder }));
}

/** A text with the cursor at `‸`. */
export function atCursor(marked: string): { text: string; position: { line: number; character: number } } {
  const offset = marked.indexOf('‸');
  const text = marked.replace('‸', '');
  return { text, position: TextDocument.create(TASK, 'ptask', 0, text).positionAt(offset) };
}

export function applied(uri: string, text: string, edits: TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create(uri, 'ptask', 0, text), edits);
}
