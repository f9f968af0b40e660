import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listRows, tableRows, tableText } from '../../../client/src/new-task-file/table.ts';

const rows = (text: string, most = Number.POSITIVE_INFINITY) => tableRows(text, most);

describe('a table', () => {
  it.each([
    ['commas', 'text,label\nGott,1\nIlla,0\n'],
    ['semicolons, as Excel writes in much of Europe', 'text;label\r\nGott;1\r\nIlla;0'],
    ['tabs', 'text\tlabel\nGott\t1\nIlla\t0\n\n'],
    ['a line that names the separator', 'sep=;\r\ntext;label\r\nGott;1\r\nIlla;0\r\n'],
    ['lines that end as on an old Mac', 'text,label\rGott,1\rIlla,0\r'],
    ['blanks around names, and columns without one', ' text ,,label,\nGott,x,1,\n,,,\nIlla,x,0,y\n'],
  ])('with %s is rows of texts', (_, text) =>
    expect(rows(text)).toEqual([
      { text: 'Gott', label: '1' },
      { text: 'Illa', label: '0' },
    ]),
  );

  it('may have separators, quotes and line ends in quoted cells', () =>
    expect(rows('"text";"a ""b"""\n"eitt; tvey,\ntrý ""fýra""";x\n')).toEqual([
      { text: 'eitt; tvey,\ntrý "fýra"', 'a "b"': 'x' },
    ]));

  it('has no cells where a line ends early, and an empty one behind a last separator', () => {
    expect(rows('a,b,c\n1\n1,2,')).toEqual([{ a: '1' }, { a: '1', b: '2', c: '' }]);
    expect(rows('a,b\n"open, to the end')).toEqual([{ a: 'open, to the end' }]);
  });

  it('keeps the first of two columns with one name, whatever it is called', () => {
    expect(rows('a,a\n1,2')).toEqual([{ a: '1' }]);
    expect(JSON.stringify(rows('__proto__,b\n1,2'))).toBe('[{"__proto__":"1","b":"2"}]');
  });

  it('is read no further than is wanted', () => expect(rows('a\n1\n2\n3', 2)).toEqual([{ a: '1' }, { a: '2' }]));

  it('without rows has none', () => {
    for (const text of ['', '\n', 'a,b', 'a,b\n']) expect(rows(text)).toEqual([]);
  });

  it('that was written is read as it was', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ð', '"', ',', ';', '\t', '\n', '\r', ' ') });
    const written = (value: string) => `"${value.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell)),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        (values, separator, end) => {
          const lines = [['p', 'q'], ...values].map((cells) => cells.map(written).join(separator));
          const filled = values.filter((cells) => cells.some((value) => value.trim() !== ''));
          expect(rows(lines.join(end))).toEqual(filled.map(([p, q]) => ({ p, q })));
        },
      ),
    );
  });
});

it('the letters of a table are those that were meant, in UTF-8, in UTF-16 and as Windows writes them', () => {
  const windows = Uint8Array.of(0xf8, 0x3b, 0xf0, 0x80);
  expect(tableText(windows)).toBe('ø;ð€');
  expect(tableText(new TextEncoder().encode('\ufeffø;ð€'))).toBe('ø;ð€');
  expect(tableText(new Uint8Array(Buffer.from('\ufeffø;ð€', 'utf16le')))).toBe('ø;ð€');
});

it('a list in JSON is rows, whatever else is in it', () => {
  expect(listRows('[{"a":1},3,null,[],{"a":2},{"a":3}]', 2)).toEqual([{ a: 1 }, { a: 2 }]);
  for (const text of ['{"a":1}', 'null', '[', '']) expect(listRows(text, 2)).toEqual([]);
});
