import type { Rule } from '../rule.ts';

export const rowDuplicate: Rule = {
  code: 'row-duplicate',
  severity: 'warning',
  explanation:
    'The same row stands twice in a file: the same task, with the same text in every field the template uses.',
  quickFix: 'Removes the row with its line, or all duplicate rows of the file.',
  example: {
    of: 'rows',
    wrong: `{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}
{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}`,
    right: `{"taskname": "sentiment-task", "sentence": "Mycket bra", "label": "positiva"}
{"taskname": "sentiment-task", "sentence": "Riktigt bra", "label": "positiva"}`,
  },
  looksAt: 'likeness',
  checkRow({ duplicateOf, file, places }, _context, report) {
    if (duplicateOf < 0) return;
    report(() => ({
      at: places.whole(),
      message: `This row stands in line ${duplicateOf + 1} already; remove one of them.`,
      related: [{ file, range: lineStart(duplicateOf), message: 'The first of the two.' }],
      fixes: [{ title: 'Remove this row', edits: 'remove-line', forAll: 'Remove every duplicate row' }],
    }));
  },
};

function lineStart(line: number) {
  return { start: { line, character: 0 }, end: { line, character: 1 } };
}
