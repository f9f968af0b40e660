import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Range, TextEdit } from 'vscode-languageserver-types';
import { THOROUGH } from '../../thorough.ts';
import { row, TRAINING_ROWS, taskFile } from '../task/harness.ts';
import { editor, TASK, TRAIN } from './harness.ts';

const TASK_TEXT = taskFile({
  file: `// ours
"trainer": { "seed": 1, "early_stopping": null }, "p_tuning": { "encoder_type": "lstm" },
"new_tasks": ["sentiment-task"], "examples": [{ "taskname": "sentiment-task", "sentence": "é" }]`,
  of: '"virtual_token_splits": [7, 3], "prompt_template": "\\u003c|VIRTUAL_PROMPT_0|>\\t{sentence}<|VIRTUAL_PROMPT_1|>:{label}"',
});

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  '\n',
  '\r',
  '{sen',
  '<|',
  '//',
  '/*',
  '"data"',
  '\ud83d',
  '\ufeff',
];

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  removed: fc.integer({ min: 0, max: 30 }),
  added: fc.constantFrom('', ...PIECES),
});

function mutated(text: string, mutations: { at: number; removed: number; added: string }[]): string {
  return mutations.reduce((before, { at, removed, added }) => {
    const start = Math.floor(at * before.length);
    return before.slice(0, start) + added + before.slice(start + removed);
  }, text);
}

it.each([
  [TASK, TASK_TEXT],
  [TRAIN, `${TRAINING_ROWS}\n${row('åäö')}\n\n{ "taskname"`],
])(
  'at every place of %s, however it is broken, hover and completion answer, and an item is put on one line',
  async (uri, sound) => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { maxLength: 5 }), fc.boolean(), async (mutations, snippets) => {
        const { service, errors } = editor();
        const text = mutated(sound, mutations);
        if (uri !== TASK) service.openDocument(TASK, TASK_TEXT);
        service.openDocument(uri, text);
        await service.settled();
        const document = TextDocument.create(uri, '', 0, text);
        for (let offset = 0; offset <= text.length; offset++) {
          const position = document.positionAt(offset);
          const hover = service.hover(uri, position);
          if (hover?.range !== undefined) expectInside(document, hover.range);
          for (const item of await service.completions(uri, position, { snippets })) {
            const edit = item.textEdit as TextEdit;
            expectInside(document, edit.range);
            expect(edit.range.start.line).toBe(position.line);
            expect(edit.range.end.line).toBe(position.line);
            expect(edit.range.start.character).toBeLessThanOrEqual(position.character);
            expect(edit.range.end.character).toBeGreaterThanOrEqual(position.character);
            // Throws where edits overlap.
            TextDocument.applyEdits(document, [edit, ...(item.additionalTextEdits ?? [])]);
          }
        }
        service.dispose();
        expect(errors).toEqual([]);
      }),
      { numRuns: THOROUGH ? 40 : 12 },
    );
  },
);

function expectInside(document: TextDocument, range: Range): void {
  for (const position of [range.start, range.end]) {
    expect(document.positionAt(document.offsetAt(position))).toEqual(position);
  }
}
