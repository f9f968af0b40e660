import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormattingOptions } from 'vscode-languageserver-types';
import { parseJsonTree, plainValue } from '../../../task/src/json-tree.ts';
import { applied, editor, TASK } from './harness.ts';
import { mutatedTaskFile } from './mutated-text.ts';

const TWO: FormattingOptions = { tabSize: 2, insertSpaces: true };

/** @param lines of the start and the end of a selection, and the character at which it ends */
function formatted(text: string, options = TWO, lines?: [number, number, number]): string {
  const { service } = editor();
  service.openDocument(TASK, text);
  const range = lines && { start: { line: lines[0], character: 0 }, end: { line: lines[1], character: lines[2] } };
  return applied(TASK, text, service.formatting(TASK, options, range));
}

const readFrom = (text: string) => {
  const { root, errors } = parseJsonTree(text.replace(/^\uFEFF/, ' '), { comments: true });
  return { value: root && plainValue(root), errors: errors.map(({ message }) => message) };
};

const options = fc.record({
  tabSize: fc.integer({ min: 1, max: 8 }),
  insertSpaces: fc.boolean(),
  insertFinalNewline: fc.boolean(),
});

/** JSON with blanks, line ends and comments between all its parts. */
const LOOSE = ['', '', ' ', '\t', '\n', '\r\n', '\n\n', '// about\n', '/* about */', '/*\n about */'];
const looseJson = fc
  .tuple(fc.json({ maxDepth: 4 }), fc.infiniteStream(fc.constantFrom(...LOOSE)))
  .map(([json, between]) =>
    json.replace(/"(?:[^"\\]|\\.)*"|[\w.+-]+|[{}[\],:]/g, (part) => `${part}${between.next().value}`),
  );

describe('formatting', () => {
  it.each([
    [1e9, 32],
    [Number.MAX_SAFE_INTEGER, 32],
    [1.5, 2],
    [-1, 2],
    [Number.NaN, 2],
    ['x' as unknown as number, 2],
    [{} as unknown as number, 2],
  ])('with a tab of %s blanks indents by %i', (tabSize, blanks) => {
    expect(formatted('{\n"model": "demo"\n}', { tabSize, insertSpaces: true })).toBe(
      `{\n${' '.repeat(blanks)}"model": "demo"\n}`,
    );
  });

  it('indents, and keeps comments, strings and the lines as the author broke them', () => {
    expect(
      formatted(`{"model":"demo",
        // Which tasks
    "task_templates":[
{"prompt_template": "<|VIRTUAL_PROMPT_0|>   {text}:{label}","virtual_token_splits":[ 4,6 ] /* of 10 */}
      ]
}`),
    ).toBe(`{ "model": "demo",
  // Which tasks
  "task_templates": [
    { "prompt_template": "<|VIRTUAL_PROMPT_0|>   {text}:{label}", "virtual_token_splits": [4, 6] /* of 10 */ }
  ]
}`);
  });

  it('keeps the brackets of lists and of empty objects close, and comments in them apart', () => {
    const loose = '{ "a":[ 1 ,2 ], "b":[[ ],{ }], "c": [ /* none */ ], "d": [\n1 ] }';
    const close = '{ "a": [1, 2], "b": [[], {}], "c": [ /* none */ ], "d": [\n    1] }';
    expect(formatted(loose)).toBe(close);
    expect(formatted(close)).toBe(close);
  });

  it('changes nothing in the examples that come with ptask', () => {
    for (const name of ['assistant/en', 'assistant/sv', 'sentiment/en', 'sentiment/sv']) {
      const text = readFileSync(new URL(`../../../examples/${name}.ptask.json`, import.meta.url), 'utf8');
      expect(formatted(text)).toBe(text);
    }
  });

  it('uses tabs, wider steps and the file’s own line ends', () => {
    expect(formatted('{\r\n"trainer": {\r\n"seed": 1\r\n}\r\n}', { tabSize: 4, insertSpaces: false })).toBe(
      '{\r\n\t"trainer": {\r\n\t\t"seed": 1\r\n\t}\r\n}',
    );
    expect(formatted('{\n"seed": 1\n}', { tabSize: 4, insertSpaces: true })).toBe('{\n    "seed": 1\n}');
  });

  it('keeps a byte order mark', () => {
    expect(formatted('\uFEFF{\n"seed": 1\n}')).toBe('\uFEFF{\n  "seed": 1\n}');
  });

  it('leaves the last line empty where a bracket is missing', () => {
    expect(formatted('{\n"seed": 1\n')).toBe('{\n  "seed": 1\n');
    const withEnd = { ...TWO, insertFinalNewline: true };
    expect(formatted('{\n"seed": 1', withEnd)).toBe('{\n  "seed": 1\n');
    expect(formatted('{\n  "seed": 1\n', withEnd)).toBe('{\n  "seed": 1\n');
    expect(formatted('/* {\n', withEnd)).toBe('/* {\n');
  });

  it.each([
    ['whole lines', [2, 3, 0]],
    ['a part of a line', [2, 2, 4]],
    ['nothing, where the cursor stands', [2, 2, 0]],
  ] as const)('of a selection of %s leaves other lines as they are', (_, [start, end, character]) => {
    const text = '{\n "a": 1,\n    "b":2,\n "c": 3\n}';
    expect(formatted(text, TWO, [start, end, character])).toBe('{\n "a": 1,\n  "b": 2,\n "c": 3\n}');
  });

  it('of a selection that ends within a line has that line, too', () => {
    expect(formatted('{\n "a": 1,\n    "b":2,\n "c":3\n}', TWO, [2, 3, 1])).toBe('{\n "a": 1,\n  "b": 2,\n  "c": 3\n}');
  });

  it('twice gives what it gives once, and the same value, in broken text, too', () => {
    fc.assert(
      fc.property(fc.oneof(looseJson, mutatedTaskFile), options, (text, chosen) => {
        const once = formatted(text, chosen);
        expect(formatted(once, chosen)).toBe(once);
        expect(readFrom(once)).toEqual(readFrom(text));
      }),
      { numRuns: 500 },
    );
  });
});
