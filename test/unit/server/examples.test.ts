import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { taskFile } from '../task/harness.ts';
import { editor, TASK } from './harness.ts';

const EXAMPLES = [
  { taskname: 'sentiment-task', sentence: 'a {label}', extra: 'x' },
  { taskname: 'sentiment-taks', sentence: 'b' },
  { taskname: 'sentiment-task', sentence: 'c '.repeat(500), label: 'positva' },
];

/** What is typed leaves the file what it is, but for its examples, its template, the most tokens and where things stand. */
const typed = fc.oneof(
  fc.record({
    before: fc.constantFrom('{', '"examples"', '"model"', '[{"task'),
    text: fc.constantFrom('\n', ' ', '/* x */'),
  }),
  fc.record({
    before: fc.constantFrom('-taks', 'positva', 'a {la', '"extra"', '}]', '{sentence}:', '8 }'),
    text: fc.constantFrom('s', ' ', ',', '0'),
  }),
);

it('the problems of examples stand where a fresh check finds them, whatever is typed before them and in them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(typed, fc.boolean()), { minLength: 1, maxLength: 6 }), async (edits) => {
      const { service, errors } = editor();
      let text = taskFile({ file: `"examples": ${JSON.stringify(EXAMPLES)}` });
      service.openDocument(TASK, text);
      await service.settled();
      for (const [{ before, text: newText }, isAwaited] of edits) {
        const document = TextDocument.create(TASK, 'ptask', 0, text);
        const at = document.positionAt(Math.max(0, text.indexOf(before)));
        text = TextDocument.applyEdits(document, [{ range: { start: at, end: at }, newText }]);
        service.editDocument(TASK, [{ range: { start: at, end: at }, text: newText }]);
        if (isAwaited) await service.settled();
      }
      await service.settled();
      const fresh = editor();
      fresh.service.openDocument(TASK, text);
      await fresh.service.settled();
      expect(service.diagnostics(TASK)).toEqual(fresh.service.diagnostics(TASK));
      expect(errors).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
