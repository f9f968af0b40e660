import type { Knowledge } from '../knowledge.ts';
import { amount } from '../words.ts';
import { bullets, code, paragraphs } from './markdown.ts';

/** The trained tasks that a prompt table holds. */
export function promptTableText({ context, surroundings }: Knowledge): string {
  const title = `**Prompt table** ${code(context.file.prompt_table)}`;
  if (surroundings === undefined) return title;
  const table = surroundings.promptTable;
  if (table === undefined) return paragraphs(title, 'Not there yet: training makes it.');
  if (table.broken !== undefined) return paragraphs(title, `It cannot be read: ${table.broken}`);
  const tasks = [...table.tasks].map(([name, { virtualTokens, date }]) => {
    const trained = date === undefined ? '' : `, trained on ${date.slice(0, 10)}`;
    return `${code(name)}: ${amount(virtualTokens, 'virtual token')}${trained}`;
  });
  return paragraphs(title, tasks.length === 0 ? 'It holds no task.' : bullets(tasks));
}
