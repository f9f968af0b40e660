import { Work } from '../../../../task/src/data/work.ts';
import { RowSurvey } from '../../../../task/src/new-task/proposal.ts';
import { openData } from '../../../../task/src/new-task/read-data.ts';
import type { RowObject } from '../../../../task/src/rows.ts';

/** What is read of a file with such a content, in chunks of such a size. */
export async function read(name: string, content: string | Uint8Array, size = 1000) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const rows: RowObject[] = [];
  const faults: { line: number | undefined; message: string; isFatal: boolean }[] = [];
  const source = await openData(name, { readFile: async () => chunks() }, new Work({}));
  if ('isFatal' in source) return { rows, faults: [source], notes: [] };
  for await (const batch of source.rows()) {
    for (const found of batch) {
      if (found.row) rows.push(found.row);
      else faults.push(found);
    }
  }
  return { rows, faults, notes: source.notes(), form: source.form, encoding: source.encoding };
}

export function surveyOf(rows: Iterable<RowObject>): RowSurvey {
  const survey = new RowSurvey();
  for (const row of rows) survey.add(row);
  return survey;
}
