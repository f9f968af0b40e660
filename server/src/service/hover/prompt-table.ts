import { t } from '../../../../l10n/src/words.ts';
import type { Knowledge } from '../knowledge.ts';
import { amount } from '../words.ts';
import { bullets, code, paragraphs, said } from './markdown.ts';

/** The trained tasks that a prompt table holds. */
export function promptTableText({ context, surroundings }: Knowledge): string {
  const title = t('**Prompt table** {0}', code(context.file.prompt_table));
  if (surroundings === undefined) return title;
  const table = surroundings.promptTable;
  if (table === undefined) return paragraphs(title, t('Not there yet: training makes it.'));
  if (table.broken !== undefined) return paragraphs(title, t('It cannot be read: {0}', said(table.broken)));
  const tasks = [...table.tasks].map(([name, { virtualTokens, date }]) => {
    const tokens = amount(virtualTokens, 'virtual token');
    return `${code(name)}: ${date === undefined ? tokens : t('{0}, trained on {1}', tokens, said(date.slice(0, 10)))}`;
  });
  return paragraphs(title, tasks.length === 0 ? t('It holds no task.') : bullets(tasks));
}
