import { t } from '../../l10n/src/words.ts';
import type { ProblemFix, Range, TextEdit } from '../../protocol/src/problem.ts';
import { type JsonNode, type Span, spanOf } from './json-tree.ts';

export type SpanEdit = Span & { newText: string };

/** The line of a row in a data file, with its line end. */
export type LineRemoval = 'remove-line';

/**
 * A fix in the text that its finding is in: the task file, or the line of a row. It knows no line number, so it stays right
 * when rows are put in front of its own.
 */
export interface Fix extends Omit<ProblemFix, 'edits'> {
  edits: readonly SpanEdit[] | LineRemoval;
}

/** How many equally likely fixes of one problem are offered; more to choose from would be no help. */
export const MOST_CHOICES = 5;

/** @param known edits that several problems of one text have in common, which may be as many as the text is long */
export function toProblemFix(
  file: string,
  { edits, ...rest }: Fix,
  toRange: (span: Span) => Range,
  known?: Map<Fix['edits'], TextEdit[]>,
): ProblemFix {
  const textEdits = known?.get(edits) ?? toTextEdits(file, edits, toRange);
  known?.set(edits, textEdits);
  return { ...rest, edits: textEdits };
}

function toTextEdits(file: string, edits: Fix['edits'], toRange: (span: Span) => Range): TextEdit[] {
  return edits === 'remove-line'
    ? [{ file, range: wholeLine(toRange({ start: 0, end: 0 }).start.line), newText: '' }]
    : edits.map(({ newText, ...span }) => ({ file, range: toRange(span), newText }));
}

/** The last line of a file may have no end; a position behind the file means its end, as in the language server protocol. */
function wholeLine(line: number): Range {
  return { start: { line, character: 0 }, end: { line: line + 1, character: 0 } };
}

/** A list of one fix, or of none where its edits cannot be told. */
export function fixOf(
  title: string,
  edits: readonly SpanEdit[] | undefined,
  options: Omit<Fix, 'title' | 'edits'> = {},
): Fix[] {
  return edits === undefined || edits.length === 0 ? [] : [{ title, edits, ...options }];
}

/** Puts another text in place of a string or key: a fix for each candidate, the likeliest first. */
export function changeTo(
  node: Span | JsonNode,
  candidates: readonly string[],
  options: Omit<Fix, 'title' | 'edits'> = {},
): Fix[] {
  const span = 'offset' in node ? spanOf(node) : node;
  return candidates.map((candidate) => {
    const newText = JSON.stringify(candidate);
    return { title: t('Change to {0}', newText), edits: [{ ...span, newText }], ...options };
  });
}
