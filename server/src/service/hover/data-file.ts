import { t } from '../../../../l10n/src/words.ts';
import { SPLITS } from '../../../../task/src/data-facts.ts';
import type { Knowledge } from '../knowledge.ts';
import { amount, enumeration, number } from '../words.ts';
import { bullets, code, paragraphs, said } from './markdown.ts';

/**
 * What a data file gives: its rows, of which tasks, with which labels.
 *
 * @param path where the file is
 */
export function dataFileText({ data }: Knowledge, name: string, path: string): string {
  const title = t('**Data file** {0}', code(name));
  const file = data?.files.find((candidate) => candidate.path === path);
  if (data === undefined || file === undefined) return paragraphs(title, t('It has not been read yet.'));
  if (file.state === 'not-found') return paragraphs(title, t('There is no such file.'));
  if (file.state === 'unreadable') return paragraphs(title, t('It cannot be read: {0}', said(file.reason)));
  const splits = SPLITS.filter(({ split }) => file.mentions.some((mention) => mention.split === split));
  const tasks = [...data.tasks].flatMap(([taskname, facts]) => {
    const rows = facts.rowsByFile.get(path) ?? 0;
    if (rows === 0) return [];
    const labels = [...(facts.labelsByFile.get(path) ?? [])].toSorted(([, a], [, b]) => b - a);
    const shown = labels.map(([label, count]) => `${code(label)} ${number(count)}`);
    return [`${code(taskname)}: ${amount(rows, 'row')}${shown.length === 0 ? '' : ` (${shown.join(', ')})`}`];
  });
  return paragraphs(
    title,
    t('{0}, in {1}.', amount(file.rows, 'row'), enumeration(splits.map(({ key }) => code(key)))),
    tasks.length === 0 ? undefined : bullets(tasks),
  );
}
