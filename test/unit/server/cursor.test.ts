import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorAt } from '../../../server/src/service/completion/cursor.ts';

/** What can be written at `‸`: `key of data` or `value of data.train_ds.0`, and ⟦what it takes the place of⟧. */
function at(marked: string): string {
  const text = marked.replace('‸', '');
  const cursor = cursorAt(text, marked.indexOf('‸'));
  if (cursor === undefined) return 'nothing';
  const { kind, container, path, span, missingBefore, commaIsMissing } = cursor;
  const name = (kind === 'key' ? container : path).join('.') || 'the file';
  const before = missingBefore === undefined ? '' : ` after ${missingBefore.text}`;
  return `${kind} of ${name} ⟦${text.slice(span.start, span.end)}⟧${before}${commaIsMissing ? ' and ,' : ''}`;
}

describe('in sound text the cursor is at', () => {
  it.each([
    ['{ "mod‸el": "demo" }', 'key of the file ⟦"model"⟧'],
    ['{ "model": "de‸mo" }', 'value of model ⟦"demo"⟧'],
    ['{ "data": { "‸": 1 } }', 'key of data ⟦""⟧'],
    ['{ "data": { "train_ds": ["a", "‸"] } }', 'value of data.train_ds.1 ⟦""⟧'],
    ['{ "task_templates": [{}, { "labels": { "a": ["‸"] } }] }', 'value of task_templates.1.labels.a.0 ⟦""⟧'],
    ['{ "trainer": { "seed": 12‸34 } }', 'value of trainer.seed ⟦1234⟧'],
    ['{ "trainer": { "seed": ‸1234 } }', 'value of trainer.seed ⟦1234⟧'],
    ['{ /* { [ */ "data": // "x\n { ‸ } }', 'key of data ⟦⟧'],
    ['{ "a": "\\"", "b": "‸" }', 'value of b ⟦""⟧'],
    ['{ "mod‸" /* the backbone */ : "demo" }', 'key of the file ⟦"mod"⟧'],
    ['{ /* a */‸ }', 'key of the file ⟦⟧'],
    ['{ /* a */ "x": 1, /* b */ "‸": 2 }', 'key of the file ⟦""⟧'],
    ['{ /*/ not yet { */ "‸": 2 }', 'key of the file ⟦""⟧'],
  ])('%s', (marked, expected) => expect(at(marked)).toBe(expected));
});

it.each(['[', '{"a":[{'])('nothing is offered in %s nested deeper than any task file or row is', (open) => {
  const text = open.repeat(300);
  expect(cursorAt(text, text.length)).toBeUndefined();
  // Of what is nested behind the cursor no more is looked at.
  expect(cursorAt(text, open.length)).toBeDefined();
});

describe('in text that is being typed the cursor is at', () => {
  it.each([
    ['‸', 'value of the file ⟦⟧'],
    ['  // a task file\n‸', 'value of the file ⟦⟧'],
    ['{‸', 'key of the file ⟦⟧'],
    ['{ "mod‸', 'key of the file ⟦"mod⟧'],
    ['{ mod‸ }', 'key of the file ⟦mod⟧'],
    ['{ "model": ‸', 'value of model ⟦⟧'],
    ['{ "model": ‸, "language": "sv" }', 'value of model ⟦⟧'],
    ['{ "model": de‸ }', 'value of model ⟦de⟧'],
    ['de‸', 'value of the file ⟦de⟧'],
    ['{ "data": { "train_ds": [‸', 'value of data.train_ds.0 ⟦⟧'],
    ['{ "data": { "train_ds": ["a", ‸] } }', 'value of data.train_ds.1 ⟦⟧'],
  ])('%s', (marked, expected) => expect(at(marked)).toBe(expected));

  it.each([
    ['{ "model": "de‸ }', 'value of model ⟦"de⟧'],
    ['{ "model": "de‸, "language": "sv" }', 'value of model ⟦"de⟧'],
    ['{ "model": "‸\n  "language": "sv"\n}', 'value of model ⟦"⟧ and ,'],
    ['{ "model": "de‸mo, "language": "sv" }', 'value of model ⟦"demo⟧'],
    ['{ "data": { "train_ds": ["‸] } }', 'value of data.train_ds.0 ⟦"⟧'],
    ['{ "model": "demo\n  "lang‸": "sv" }', 'key of the file ⟦"lang"⟧ after ,'],
    ['{ "model": "demo\\\r  "lang‸": "sv" }', 'key of the file ⟦"lang"⟧ after ,'],
    ['{ "data": { "train_ds": ["‸, "b.jsonl"] } }', 'value of data.train_ds.0 ⟦"⟧'],
  ])('a string that is not closed, which ends with its word: %s', (marked, expected) =>
    expect(at(marked)).toBe(expected),
  );

  it.each([
    ['{ "model": "demo" ‸ }', 'key of the file ⟦⟧ after ,'],
    ['{ "model": "demo"\n  "‸"\n}', 'key of the file ⟦""⟧ after ,'],
    ['{ ‸"model": "demo" }', 'key of the file ⟦⟧ and ,'],
    ['{ "model": ‸\n "language": "sv" }', 'value of model ⟦⟧ and ,'],
    ['{ "model" "‸" }', 'value of model ⟦""⟧ after :'],
    ['{ "model" ‸ }', 'value of model ⟦⟧ after :'],
    ['{ "new_tasks": ["a" "‸"] }', 'value of new_tasks.1 ⟦""⟧ after ,'],
    ['{ "new_tasks": ["a", ‸ "b"] }', 'value of new_tasks.1 ⟦⟧ and ,'],
    ['{ "new_tasks": ["a" "b" "‸"] }', 'value of new_tasks.2 ⟦""⟧ after ,'],
    ['{ "task_templates": [{} { "labels": { "a": ["‸"] } }] }', 'value of task_templates.1.labels.a.0 ⟦""⟧'],
  ])('a place where a comma or colon is missing: %s', (marked, expected) => expect(at(marked)).toBe(expected));

  it.each([
    ['{ "data": { "train_ds": ["a"\n  "valid‸": [] } }', 'key of data ⟦"valid"⟧ after ,'],
    ['{ "data": { "train_ds": ["a"\n }, "‸" }', 'key of the file ⟦""⟧'],
    ['{ "data": { "train_ds": ["a",\n  "test_ds": ["‸"] } }', 'value of data.test_ds.0 ⟦""⟧'],
    ['{ "model":\n  "lang‸": "sv" }', 'key of the file ⟦"lang"⟧'],
    ['{ ] "data": { "‸', 'key of data ⟦"⟧'],
    ['{ "data": { ‸: ["a"] } }', 'key of data ⟦⟧'],
    ['{ "data": { : "‸" } }', 'value of data. ⟦""⟧'],
    ['{ "data": { "train_ds": [] : ‸ } }', 'value of data. ⟦⟧'],
  ])('a place behind a mistake: %s', (marked, expected) => expect(at(marked)).toBe(expected));
});

it.each([
  '{ "model": "demo"‸ }',
  '{ "model"‸: "demo" }',
  '{ "model" ‸ : "demo" }',
  '{ "model": ‸ "demo" }',
  '{ "model": ‸ /* here */ "demo" }',
  '{ "seed": ‸ 3 }',
  '{ "data": ‸ {} }',
  '{ "new_tasks": ‸ [] }',
  '"model" ‸',
  '{} mod‸',
  '{ "model": "demo" ‸, "language": "sv" }',
  '{ "data": {}‸ }',
  '{ "model": "demo" } ‸',
  '{ // "‸\n }',
  '{ /* ‸ */ }',
])('nothing can be written at %s', (marked) => expect(at(marked)).toBe('nothing'));

it('the text behind the colon of a key that was deleted is not one of the other keys', () => {
  const marked = '{ "language": "sv", ‸: "demo", "data": {} }';
  const { siblings, colonFollows } = cursorAt(marked.replace('‸', ''), marked.indexOf('‸'))!;
  expect([...siblings.keys()]).toEqual(['language', 'data']);
  expect(colonFollows).toBe(true);
});

it('the other keys of the object are known, with their texts, behind the cursor too', () => {
  const marked = '{ "examples": [{ "a": "x", "‸": "y", "b": 1 "c": {}, "d" }, { "e": 1 }], "f": 1 }';
  const { siblings } = cursorAt(marked.replace('‸', ''), marked.indexOf('‸'))!;
  expect([...siblings]).toEqual([
    ['a', 'x'],
    ['b', 1],
    ['c', undefined],
    ['d', undefined],
  ]);
});

it('whatever the text is, the cursor stands in what is to be replaced, which is on one line', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', '\n', ' ', 'a', '1', '//', '/*', '*/', 'é');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.nat(), (pieces, place) => {
      const text = pieces.join('');
      const offset = place % (text.length + 1);
      const cursor = cursorAt(text, offset);
      if (cursor === undefined) return;
      const { span, missingBefore } = cursor;
      expect(span.start).toBeLessThanOrEqual(offset);
      expect(span.end).toBeGreaterThanOrEqual(offset);
      expect(text.slice(span.start, span.end)).not.toContain('\n');
      expect(missingBefore?.at ?? 0).toBeLessThanOrEqual(span.start);
    }),
    { numRuns: 5000 },
  );
});
