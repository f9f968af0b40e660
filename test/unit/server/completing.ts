import type { CompletionItem, Position, TextEdit } from 'vscode-languageserver-types';
import type { CompletionOptions } from '../../../server/src/service/completion-options.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { taskFile } from '../task/harness.ts';
import { applied, atCursor, editor, TASK, uriOf } from './harness.ts';

export interface Setting extends CompletionOptions {
  /** Files on disk beside the sound ones, by their name in the task file's folder. */
  disk?: Record<string, string>;
  environment?: Partial<CheckEnvironment>;
  /** The task file, where the cursor is in a data file. */
  task?: string;
}

export interface Completion {
  items: CompletionItem[];
  /** In the order in which the editor shows them. */
  labels: string[];
  item(label: string): CompletionItem;
  /** The text, or the line with the cursor, when an item has been taken; in snippet syntax with `snippets`. */
  accept(label: string): string;
}

/** What is offered at `‸` in a task file, once all that it names has been read. */
export async function completing(marked: string, setting: Setting = {}): Promise<Completion> {
  const { text, position } = atCursor(marked);
  return completingIn(TASK, text, position, setting);
}

/** The same in the data file train.jsonl, open in the editor. */
export async function completingRow(marked: string, setting: Setting = {}): Promise<Completion> {
  const { text, position } = atCursor(marked);
  return completingIn(uriOf('project/train.jsonl'), text, position, setting);
}

async function completingIn(
  uri: string,
  text: string,
  position: Position,
  { disk = {}, environment, task = taskFile(), ...options }: Setting,
): Promise<Completion> {
  const open = editor(environment);
  Object.assign(open.disk, disk);
  open.service.openDocument(uri, text);
  if (uri !== TASK) open.service.openDocument(TASK, task);
  await open.service.settled();
  const items = await open.service.completions(uri, position, options);
  const shown = items.toSorted((a, b) => (a.sortText! < b.sortText! ? -1 : 1));
  const item = (label: string) => {
    const found = items.find((candidate) => candidate.label === label);
    if (found === undefined) throw new Error(`${label} is not offered: ${items.map((other) => other.label).join(' ')}`);
    return found;
  };
  return {
    items: shown,
    labels: shown.map(({ label }) => label),
    item,
    accept: (label) => {
      const { textEdit, additionalTextEdits = [] } = item(label);
      return applied(uri, text, [textEdit as TextEdit, ...additionalTextEdits]);
    },
  };
}
