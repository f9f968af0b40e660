import { describe, expect, it } from 'vitest';
import { editor, TASK } from './harness.ts';

/** Each fold as `first-last` line, from 0, with its kind. */
function folded(text: string): string[] {
  const { service } = editor();
  service.openDocument(TASK, text);
  return service
    .foldingRanges(TASK)
    .map(({ startLine, endLine, kind }) => `${startLine}-${endLine}${kind === undefined ? '' : ` ${kind}`}`);
}

describe('folding', () => {
  it('hides what stands between brackets and leaves the closing one in sight', () => {
    expect(
      folded(
        `{
  "task_templates": [
    {
      "taskname": "mood"
    }
  ],
  "betas": [0.9, 0.98]
}`,
      ),
    ).toEqual(['0-6', '1-4', '2-3']);
  });

  it('gives the inner one of two that begin in a line first', () => {
    expect(folded('{ "task_templates": [{\n"taskname": "[mood"\n}, {\n}\n]\n}')).toEqual(['0-1', '0-3', '0-4']);
  });

  it('takes line comments below each other as one, and none that stands behind something', () => {
    expect(
      folded(
        `// What it is,
  // and where it is from.
{ // not this
  // alone
  "model": "demo" /* one
  two */
  // a
  // b
  // c
}`,
      ),
    ).toEqual(['0-1 comment', '2-8', '4-5 comment', '6-8 comment']);
  });

  it('keeps the folds around a bracket that is not closed', () => {
    expect(folded('{\n"data": [\n"trainer": {\n"seed": 1\n},\n"model": "demo"\n}')).toEqual(['0-5', '2-3']);
  });

  it('passes over a bracket that closes nothing', () => {
    expect(folded(']\n{\n"data": 1\n}')).toEqual(['1-2']);
  });

  it('counts lines that end with a carriage return', () => {
    expect(folded('{\r"data": {\r\n\n}\r}')).toEqual(['0-3', '1-2']);
  });
});
