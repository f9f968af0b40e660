import type { CompletionItem, Position } from 'vscode-languageserver-types';
import type { CompletionOptions } from '../completion-options.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Ask, PathHost } from './ask.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import { keyOffers } from './keys.ts';
import { labelKeyOffers, templateAt } from './names.ts';
import { type Offer, toItems } from './offer.ts';
import { rowKeyOffers, rowTasks, rowValueOffers, wholeRowOffers } from './rows.ts';
import { slotAt } from './slot.ts';
import { taskFileOffers } from './task-file.ts';
import { templateTextOffers } from './template-text.ts';
import { valueOffers } from './values.ts';

/**
 * What can be written at a position of a task file, the most useful first: keys with sensible values, values, names of
 * tasks, fields and files, and inside a template its placeholders and markers. The text need not parse.
 */
export async function completions(
  knowledge: Knowledge,
  position: Position,
  paths: PathHost,
  options: CompletionOptions,
): Promise<CompletionItem[]> {
  const { lines, text } = knowledge.context;
  const cursor = cursorAt(text, lines.offset(position));
  if (cursor === undefined) return [];
  return toItems(await offersAt({ knowledge, cursor, paths }), cursor, lines, options);
}

async function offersAt(ask: Ask): Promise<Offer[]> {
  const { cursor, knowledge } = ask;
  if (cursor.kind === 'value' && cursor.path.length === 0) return taskFileOffers(ask);
  const slot = slotAt(cursor);
  const tasks = () => rowTasks([knowledge]);
  switch (slot?.kind) {
    case 'key':
      return keyOffers(ask, slot.keys);
    case 'entry':
      return labelKeyOffers(ask);
    case 'field':
      return rowKeyOffers(tasks(), cursor, { isExample: true });
    case 'field-value':
      return rowValueOffers(tasks(), cursor, slot.field);
    case 'value':
      if (isTemplateText(cursor)) return templateTextOffers(ask, templateAt(ask, cursor.path));
      if (slot.shape.kind === 'row') return cursor.inString ? [] : wholeRowOffers(tasks(), { isExample: true });
      return valueOffers(ask, slot);
    default:
      return [];
  }
}

function isTemplateText({ path, inString }: Cursor): boolean {
  return inString && path[0] === 'task_templates' && path[2] === 'prompt_template';
}
