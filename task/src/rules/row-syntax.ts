import { t } from '../../../l10n/src/words.ts';
import { type Fix, fixOf } from '../fix.ts';
import { repair } from '../json-repairs.ts';
import { type BadRow, parseRow } from '../rows.ts';
import type { Rule } from '../rule.ts';

export const rowSyntax: Rule = {
  code: 'row-syntax',
  severity: 'error',
  explanation:
    'Each line of a data file is one JSON object, in UTF-8 and without comments. Blank lines are passed over.',
  quickFix:
    'Closes the row, puts in a comma, a colon, quotes or brackets that are missing, takes out what is too much, or starts a new line between two rows.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"',
    right: '{"taskname": "sentiment-task", "sentence": "Bra", "label": "positiva"}',
  },
  checkBadRow(row, report) {
    report(() => ({ at: row.problem, message: messageOf(row), fixes: repairs(row) }));
  },
};

/** How a list begins that has all rows in it. */
const LIST_OF_ROWS = /^\s*\[\s*(?:\{|$)/;

function messageOf({ text, problem }: BadRow): string {
  if (!LIST_OF_ROWS.test(text)) return problem.message;
  const help = t(
    'New Task File in VS Code makes such lines of a list, and so does {0} on the command line.',
    'ptask new',
  );
  return `${problem.message} ${help}`;
}

/** A longer line is hardly a slip of the pen, and trying repairs would take long. */
const MAX_REPAIRED = 10_000;

function repairs({ text, problem }: BadRow): Fix[] {
  if (text.length > MAX_REPAIRED) return [];
  const before = text.slice(0, problem.start).trimEnd().length;
  if (isRow(text.slice(0, before))) {
    return isRow(text.slice(problem.start))
      ? fixOf(t('Start a new line here'), [{ start: before, end: problem.start, newText: '\n' }])
      : fixOf(t('Remove what follows the row'), [{ start: before, end: text.length, newText: '' }]);
  }
  return repair(text, problem, (repaired) => (isRow(repaired) ? 'cures' : undefined));
}

function isRow(text: string): boolean {
  return parseRow(text)?.value !== undefined;
}
