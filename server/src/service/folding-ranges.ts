import { createScanner } from 'jsonc-parser';
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver-types';
import type { TaskContext } from '../../../task/src/context.ts';

const OPENS: Readonly<Record<string, string>> = { '}': '{', ']': '[' };

/**
 * Objects, arrays and comments that go over several lines, an inner one before an outer one of the same line. They are found
 * by their brackets, so that one that is not closed yet hides none of the others.
 */
export function foldingRanges({ text, lines }: TaskContext): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  const lineOf = (offset: number) => lines.position(offset).line;
  const add = (range: FoldingRange) => {
    if (range.endLine > range.startLine) ranges.push(range);
  };
  const open: { bracket: string; line: number }[] = [];
  const comments = new LineComments(add);

  const scanner = createScanner(text);
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const first = text[offset]!;
    const line = lineOf(offset);
    if (first === '{' || first === '[') {
      open.push({ bracket: first, line });
    } else if (first === '}' || first === ']') {
      const at = open.findLastIndex(({ bracket }) => bracket === OPENS[first]);
      if (at < 0) continue;
      // The closing bracket stays in sight.
      add({ startLine: open[at]!.line, endLine: line - 1 });
      open.splice(at);
    } else if (text.startsWith('//', offset)) {
      const isAlone = text.slice(lines.offset({ line, character: 0 }), offset).trim() === '';
      comments.take(line, isAlone);
    } else if (text.startsWith('/*', offset)) {
      add({ startLine: line, endLine: lineOf(offset + scanner.getTokenLength()), kind: FoldingRangeKind.Comment });
    }
  }
  comments.end();
  // Those of one line stay in the order in which they ended.
  return ranges.sort((a, b) => a.startLine - b.startLine);
}

/** Puts line comments below each other into one range. */
class LineComments {
  readonly #add: (range: FoldingRange) => void;
  #run: { startLine: number; endLine: number } | undefined;

  constructor(add: (range: FoldingRange) => void) {
    this.#add = add;
  }

  /** @param isAlone whether nothing stands in front of it in its line */
  take(line: number, isAlone: boolean): void {
    if (isAlone && this.#run?.endLine === line - 1) {
      this.#run.endLine = line;
      return;
    }
    this.end();
    if (isAlone) this.#run = { startLine: line, endLine: line };
  }

  end(): void {
    if (this.#run !== undefined) this.#add({ ...this.#run, kind: FoldingRangeKind.Comment });
    this.#run = undefined;
  }
}
