import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { SelectionRange } from 'vscode-languageserver-types';
import { atCursor, editor, TASK } from './harness.ts';

/** What is selected step by step, from the cursor outwards. */
function steps(marked: string): string[] {
  const { text, position } = atCursor(marked);
  const document = TextDocument.create(TASK, 'ptask', 0, text);
  const { service } = editor();
  service.openDocument(TASK, text);
  const selected: string[] = [];
  let range: SelectionRange | undefined = service.selectionRanges(TASK, [position])?.[0];
  for (; range !== undefined; range = range.parent) selected.push(document.getText(range.range));
  return selected;
}

describe('the selection', () => {
  it('grows from a field’s name over its placeholder, the string and the property to the whole text', () => {
    expect(steps('{ "task_templates": [{ "prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> {te‸xt}" }] }')).toEqual([
      'text',
      '{text}',
      '\\u003c|VIRTUAL_PROMPT_0|> {text}',
      '"\\u003c|VIRTUAL_PROMPT_0|> {text}"',
      '"prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> {text}"',
      '{ "prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> {text}" }',
      '[{ "prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> {text}" }]',
      '"task_templates": [{ "prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> {text}" }]',
      '{ "task_templates": [{ "prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> {text}" }] }',
    ]);
  });

  it('takes a marker as a whole, escapes and all', () => {
    expect(steps('{ "task_templates": [{ "prompt_template": "\\u003c|VIRTUAL‸_PROMPT_0|> {text}" }] }')[0]).toBe(
      '\\u003c|VIRTUAL_PROMPT_0|>',
    );
  });

  it('between two placeholders takes the one behind the cursor, in text none, and at a brace no name', () => {
    const first = (template: string) => steps(`{ "task_templates": [{ "prompt_template": "${template}" }] }`)[0];
    expect(first('{a}‸{b}')).toBe('{b}');
    expect(first('{a} an‸d {b}')).toBe('{a} and {b}');
    expect(first('‸{a}')).toBe('{a}');
    expect(first('{‸a}')).toBe('a');
  });

  it('is the whole text at once where the cursor is outside of the file’s object', () => {
    expect(steps('// A f‸ile\n{ "betas": [] }')).toEqual(['// A file\n{ "betas": [] }']);
    expect(steps('{ "betas": [] }\n// T‸he end')).toEqual(['{ "betas": [] }\n// The end']);
  });

  it('grows from an entry over all of a list to the list', () => {
    expect(steps('// A file\n{ "betas": [ 0.9, ‸0.98 ] } ')).toEqual([
      '0.98',
      '0.9, 0.98',
      '[ 0.9, 0.98 ]',
      '"betas": [ 0.9, 0.98 ]',
      '{ "betas": [ 0.9, 0.98 ] }',
      '// A file\n{ "betas": [ 0.9, 0.98 ] } ',
    ]);
  });

  it('grows in text that does not parse', () => {
    expect(steps('{ "trainer": { "seed": 12‸34, "max')).toEqual([
      '1234',
      '"seed": 1234',
      '"seed": 1234, "max',
      '{ "seed": 1234, "max',
      '"trainer": { "seed": 1234, "max',
      '{ "trainer": { "seed": 1234, "max',
    ]);
    expect(steps('‸')).toEqual(['']);
  });
});
