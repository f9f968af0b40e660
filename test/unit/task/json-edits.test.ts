import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanEdit } from '../../../task/src/fix.ts';
import { insertEntry, insertProperty, prependProperty, removeEntry } from '../../../task/src/json-edits.ts';
import { type JsonNode, nodeAt, parseJsonTree, plainValue, property } from '../../../task/src/json-tree.ts';

function applied(text: string, edits: readonly SpanEdit[] | undefined): string | undefined {
  return edits
    ?.toSorted((a, b) => b.start - a.start)
    .reduce((result, { start, end, newText }) => result.slice(0, start) + newText + result.slice(end), text);
}

function parsed(text: string): JsonNode {
  return parseJsonTree(text, { comments: true }).root!;
}

/** The entry that holds the text between the marks, with the text without them. */
function marked(source: string): { text: string; entry: JsonNode } {
  const text = source.replace(/[⟦⟧]/g, '');
  const [from, to] = [source.indexOf('⟦'), source.indexOf('⟧') - 1];
  const find = (node: JsonNode): JsonNode | undefined =>
    node.offset === from && node.offset + node.length === to ? node : node.children?.map(find).find(Boolean);
  return { text, entry: find(parsed(text))! };
}

describe('removing an entry', () => {
  it.each([
    ['the only one', '[ ⟦1⟧ ]', '[]'],
    ['the only one, beside a comment', '[ /* none */ ⟦1⟧ ]', '[ /* none */  ]'],
    ['the only one, in front of a comment', '[ ⟦1⟧ /* none */ ]', '[  /* none */ ]'],
    ['the first', '[⟦1⟧, 2]', '[2]'],
    ['the last', '[1, ⟦2⟧]', '[1]'],
    ['the last, before a trailing comma', '[1, ⟦2⟧, ]', '[1, ]'],
    ['the last of an object', '{"a":1,⟦"b":2⟧}', '{"a":1}'],
    ['the first, a comment between', '[⟦1⟧, /* two */ 2]', '[/* two */ 2]'],
    [
      'a line, with its comment',
      '{\n  "a": 1, // one\n  ⟦"b": 2⟧, // two\n  "c": 3\n}',
      '{\n  "a": 1, // one\n  "c": 3\n}',
    ],
    ['the last line, with its comment', '{\n  "a": 1, // one\n  ⟦"b": 2⟧ // two\n}', '{\n  "a": 1 // one\n}'],
    ['the first line', '{\r\n\t⟦"a": 1⟧,\r\n\t"b": 2\r\n}', '{\r\n\t"b": 2\r\n}'],
    ['one of two on a line', '{\n  ⟦"a": 1⟧, "b": 2\n}', '{\n  "b": 2\n}'],
    ['one with lines of its own', '[\n  ⟦{\n    "a": 1\n  }⟧,\n  2\n]', '[\n  2\n]'],
    ['the last, whose comma is on the next line', '[1\n, ⟦2⟧]', '[1\n]'],
    ['the last, behind a comment and before the bracket', '[1, // one\n⟦2⟧]', '[1 // one\n]'],
  ])('%s', (_, source, result) => {
    const { text, entry } = marked(source);
    expect(applied(text, removeEntry(text, entry))).toBe(result);
  });

  it.each([
    ['a list that is not closed', '[1, ⟦2⟧'],
    ['a missing comma', '{"a": 1 ⟦"b": 2⟧}'],
  ])('is not done in %s', (_, source) => {
    const { text, entry } = marked(source);
    expect(removeEntry(text, entry)).toBeUndefined();
  });
});

describe('adding an entry', () => {
  it.each([
    ['to an empty list', '{"a": []}', '{"a": [9]}'],
    ['to a list of one line', '{"a": [1, 2]}', '{"a": [1, 2, 9]}'],
    ['to a list without blanks', '{"a":[1,2]}', '{"a":[1,2,9]}'],
    ['behind a trailing comma', '{"a": [1, 2,]}', '{"a": [1, 2, 9,]}'],
    ['on a line of its own', '{"a": [\n  1,\n  2\n]}', '{"a": [\n  1,\n  2,\n  9\n]}'],
    [
      'behind a comment',
      '{"a": [\r\n\t1, // one\r\n\t2 // two\r\n]}',
      '{"a": [\r\n\t1, // one\r\n\t2, // two\r\n\t9\r\n]}',
    ],
    [
      'behind a comment and a comma',
      '{"a": [\n  1, // one\n  2, // two\n]}',
      '{"a": [\n  1, // one\n  2, // two\n  9,\n]}',
    ],
    ['to a list of a comment', '{"a": [/* none */]}', '{"a": [9/* none */]}'],
    ['to an empty list of two lines', '{\n  "a": [\n  ]\n}', '{\n  "a": [\n    9\n  ]\n}'],
  ])('%s', (_, text, result) => {
    expect(applied(text, insertEntry(text, nodeAt(parsed(text), ['a'])!, '9'))).toBe(result);
  });

  it.each([
    ['a list that is not closed', '{"a": [1'],
    ['a list of words without quotes', '{"a": [one]}'],
  ])('is not done in %s', (_, text) => {
    expect(insertEntry(text, nodeAt(parsed(text), ['a'])!, '9')).toBeUndefined();
  });

  it.each([
    ['at the end', undefined, '{\n  "a": 1, // one\n  "b": 2,\n  "c": null\n}'],
    ['behind another', 'a', '{\n  "a": 1, // one\n  "c": null,\n  "b": 2\n}'],
  ])('as a property %s', (_, after, result) => {
    const text = '{\n  "a": 1, // one\n  "b": 2\n}';
    const root = parsed(text);
    const previous = after === undefined ? undefined : property(root, after)!.key.parent;
    expect(applied(text, insertProperty(text, root, 'c', 'null', previous))).toBe(result);
  });

  it.each([
    ['{}', '{ "t": 1 }'],
    ['{"a": 1}', '{"t": 1, "a": 1}'],
    ['{"a":1,"b":2}', '{"t":1,"a":1,"b":2}'],
    ['{\n  "a": 1\n}', '{\n  "t": 1,\n  "a": 1\n}'],
  ])('in front of %s', (text, result) => {
    expect(applied(text, prependProperty(text, parsed(text), 't', '1'))).toBe(result);
  });

  it('indents an entry of several lines like its neighbour, or puts it on one line', () => {
    const entry = '{\n  "a": 1\n}';
    const lines = '{"a": [\n    {}\n]}';
    expect(applied(lines, insertEntry(lines, nodeAt(parsed(lines), ['a'])!, entry))).toBe(
      '{"a": [\n    {},\n    {\n      "a": 1\n    }\n]}',
    );
    expect(applied('[{}]', insertEntry('[{}]', parsed('[{}]'), entry))).toBe('[{}, { "a": 1 }]');
  });
});

type Json = number | string | null | Json[] | { [key: string]: Json };

const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, 7, '', 'a"b', '// no comment', '}]'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ä', 'x"y', ' '), tie('value'), { maxKeys: 4 }),
  ),
}));
/** What may stand between two tokens. */
const gaps = fc.array(fc.constantFrom('', ' ', '\n', '\n  ', '\r\n\t', ' /* c */ ', ' // d\n', '/* e\n */'), {
  minLength: 1,
  maxLength: 12,
});

/** The JSON of a value with these gaps between its tokens, in turn, and with trailing commas or without. */
function written(value: Json, between: readonly string[], trailing: boolean): string {
  let place = 0;
  const gap = (): string => between[place++ % between.length]!;
  const list = (open: string, items: string[], close: string): string =>
    open + gap() + items.join(`${gap()},${gap()}`) + (trailing && items.length > 0 ? `${gap()},` : '') + gap() + close;
  const write = (part: Json): string => {
    if (Array.isArray(part)) return list('[', part.map(write), ']');
    if (typeof part !== 'object' || part === null) return JSON.stringify(part);
    const entries = Object.entries(part).map(
      ([key, child]) => `${JSON.stringify(key)}${gap()}:${gap()}${write(child)}`,
    );
    return list('{', entries, '}');
  };
  return gap() + write(value) + gap();
}

function containers(node: JsonNode): JsonNode[] {
  const inside = (node.children ?? []).flatMap(containers);
  return node.type === 'array' || node.type === 'object' ? [node, ...inside] : inside;
}

/** The value with an entry less or more in one container, found by its place among all of them. */
function changed(root: JsonNode, nth: number, change: (children: JsonNode[]) => JsonNode[]): unknown {
  const container = containers(root)[nth]!;
  container.children = change(container.children!);
  return plainValue(root);
}

describe('in any text', () => {
  const sources = fc.record({
    value: json,
    between: gaps,
    trailing: fc.boolean(),
    nth: fc.nat(),
    child: fc.nat(),
  });

  it('removing an entry removes that and nothing else', () => {
    fc.assert(
      fc.property(sources, ({ value, between, trailing, nth, child }) => {
        const text = written(value, between, trailing);
        const all = containers(parsed(text));
        fc.pre(all.length > 0);
        const place = nth % all.length;
        const children = all[place]!.children!;
        fc.pre(children.length > 0);
        const index = child % children.length;
        const result = applied(text, removeEntry(text, children[index]!))!;
        const { root, errors } = parseJsonTree(result, { comments: true });
        expect(errors, result).toEqual([]);
        const expected = changed(parsed(text), place, (items) => items.filter((_, i) => i !== index));
        expect(plainValue(root!), result).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('adding an entry adds that, and keeps every comment', () => {
    fc.assert(
      fc.property(sources, fc.boolean(), ({ value, between, trailing, nth, child }, atEnd) => {
        const text = written(value, between, trailing);
        const all = containers(parsed(text));
        fc.pre(all.length > 0);
        const place = nth % all.length;
        const container = all[place]!;
        const children = container.children!;
        const after = atEnd || children.length === 0 ? undefined : children[child % children.length];
        const entry = container.type === 'array' ? '"new"' : '"new": {\n  "a": 1\n}';
        const result = applied(text, insertEntry(text, container, entry, after))!;
        const { root, errors } = parseJsonTree(result, { comments: true });
        expect(errors, result).toEqual([]);
        const added = parsed(container.type === 'array' ? `[${entry}]` : `{${entry}}`).children![0]!;
        const at = after === undefined ? children.length : children.indexOf(after) + 1;
        expect(plainValue(root!), result).toEqual(
          changed(parsed(text), place, (items) => items.toSpliced(at, 0, added)),
        );
        const comments = (source: string) =>
          [...source.matchAll(/\/\* c \*\/|\/\/ d|\/\* e\n \*\//g)].map(([found]) => found);
        expect(comments(result)).toEqual(comments(text));
      }),
      { numRuns: 3000 },
    );
  });
});
