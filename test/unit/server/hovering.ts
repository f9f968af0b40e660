import type { MarkupContent, Range } from 'vscode-languageserver-types';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { taskFile } from '../task/harness.ts';
import { atCursor, editor, TASK, TRAIN } from './harness.ts';

export interface Hovered {
  text: string;
  range: Range | undefined;
}

interface Setting {
  /** Files on disk beside the sound ones, by their name in the task file's folder. */
  disk?: Record<string, string>;
  environment?: Partial<CheckEnvironment>;
}

/** What hovering over `‸` says in a task file, once all that it names has been read; undefined for nothing. */
export async function hovering(marked: string, setting: Setting = {}): Promise<string | undefined> {
  const { text, position } = atCursor(marked);
  const open = editor(setting.environment);
  Object.assign(open.disk, setting.disk);
  open.service.openDocument(TASK, text);
  await open.service.settled();
  const hover = open.service.hover(TASK, position);
  return hover && (hover.contents as MarkupContent).value;
}

/** The same in the data file train.jsonl, open in the editor, that some task files name. */
export async function hoveringRow(
  marked: string,
  tasks: Record<string, string> = { [TASK]: taskFile() },
): Promise<Hovered | undefined> {
  const { text, position } = atCursor(marked);
  const { service } = editor();
  service.openDocument(TRAIN, text);
  for (const [uri, task] of Object.entries(tasks)) service.openDocument(uri, task);
  await service.settled();
  const hover = service.hover(TRAIN, position);
  return hover && { text: (hover.contents as MarkupContent).value, range: hover.range };
}
