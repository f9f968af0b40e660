import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Position, Range } from 'vscode-languageserver-types';
import { TRAINING_ROWS } from '../task/harness.ts';
import { editor, TASK, TRAIN } from './harness.ts';
import { mutatedTaskFile } from './mutated-text.ts';

/** Everything that looks like a range or a position, however deep it is in an answer. */
function placesIn(answer: unknown): (Range | Position)[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const own = 'line' in answer || 'start' in answer ? [answer as Range | Position] : [];
  return [...own, ...Object.values(answer).flatMap(placesIn)];
}

/** Whether it starts and ends in the text, start first. */
function isWithin(lines: readonly string[], place: Range | Position): boolean {
  if ('line' in place) return place.character >= 0 && place.character <= (lines[place.line]?.length ?? -1);
  const { start, end } = place;
  const isForwards = start.line < end.line || (start.line === end.line && start.character <= end.character);
  return isForwards && isWithin(lines, start) && isWithin(lines, end);
}

describe('whatever the text', () => {
  it('every question has an answer, all of whose ranges lie in the text', async () => {
    await fc.assert(
      fc.asyncProperty(mutatedTaskFile, fc.double({ min: 0, max: 0.999, noNaN: true }), async (text, where) => {
        const { service, errors } = editor();
        service.openDocument(TASK, text);
        service.openDocument(TRAIN, TRAINING_ROWS);
        await service.settled();
        const lines = text.split(/\r\n|\r|\n/);
        const line = Math.floor(where * lines.length);
        const all = { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } };
        const options = { tabSize: 2, insertSpaces: true };
        const own: unknown[] = [
          service.documentSymbols(TASK),
          await service.documentLinks(TASK),
          service.formatting(TASK, options),
          service.formatting(TASK, options, { start: { line, character: 0 }, end: { line, character: 1 } }),
          service.inlayHints(TASK, all),
          service.codeLenses(TASK),
        ];
        for (let character = 0; character <= lines[line]!.length; character += 3) {
          const position = { line, character };
          own.push(
            service.selectionRanges(TASK, [position]),
            service.documentHighlights(TASK, position),
            service.prepareRename(TASK, position),
            service.definitions(TASK, position),
          );
          const references = await service.references(TASK, position, { includeDeclaration: true });
          own.push(references.filter(({ uri }) => uri === TASK));
          const renamed = await service.rename(TASK, position, 'new name');
          own.push(renamed.kind === 'edit' ? renamed.edit.changes![TASK] : []);
        }
        for (const { startLine, endLine } of service.foldingRanges(TASK)) {
          expect(startLine).toBeLessThan(endLine);
          expect(endLine).toBeLessThan(lines.length);
        }
        expect(placesIn(own).filter((place) => !isWithin(lines, place))).toEqual([]);
        expect(errors).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
