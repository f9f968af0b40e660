import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Work } from '../../../../task/src/data/work.ts';
import { ListReader } from '../../../../task/src/new-task/list-reader.ts';
import { textIn } from '../../../../task/src/new-task/proposal.ts';
import { openData } from '../../../../task/src/new-task/read-data.ts';
import {
  readTable,
  type TableProblem,
  type TableRecord,
  tableForm,
} from '../../../../task/src/new-task/table-reader.ts';
import { read } from './data.ts';

const table = (text: string, size?: number) => read('rows.csv', text, size);
const BOTH = [
  { text: 'Gott', label: '1' },
  { text: 'Illa', label: '0' },
];

describe('a table', () => {
  it.each([
    ['commas', 'text,label\nGott,1\nIlla,0\n'],
    ['semicolons, as Excel writes in much of Europe', 'text;label\r\nGott;1\r\nIlla;0'],
    ['tabs', 'text\tlabel\nGott\t1\nIlla\t0\n\n'],
    ['a line that names the separator', 'sep=;\r\ntext;label\r\nGott;1\r\nIlla;0\r\n'],
    ['lines that end as on an old Mac', 'text,label\rGott,1\rIlla,0\r'],
    ['lines that end in several ways', 'text,label\r\nGott,1\nIlla,0\r'],
    ['blanks around names, and columns without one', ' text ,,label,\nGott,x,1,\n,,,\nIlla,x,0,y\n'],
    ['blank lines in front', '\n\r\n\ntext,label\nGott,1\n\nIlla,0\n'],
    ['blank lines behind a separator outside ASCII', 'sep=😀\n \r\n\ntext😀label\nGott😀1\nIlla😀0\n'],
  ])('with %s is rows of texts', async (_, text) => {
    for (const size of [1, 7, 1000]) {
      const { rows, faults } = await table(text, size);
      expect({ rows, faults }).toEqual({ rows: BOTH, faults: [] });
    }
  });

  it('may have separators, quotes and line ends in quoted cells', async () =>
    expect((await table('"text";"a ""b"""\n"eitt; tvey,\ntrý ""fýra""";x\n')).rows).toEqual([
      { text: 'eitt; tvey,\ntrý "fýra"', 'a "b"': 'x' },
    ]));

  it('keeps quotation marks that belong to a text', async () =>
    expect((await table('a,b\n5" disk,"big"\n"quoted, or" not,""\n"a ""b"" c"d,"e"\n')).rows).toEqual([
      { a: '5" disk', b: 'big' },
      { a: '"quoted, or" not', b: '' },
      { a: '"a "b" c"d', b: 'e' },
    ]));

  it('has decimal commas in its cells where semicolons separate them', async () =>
    expect((await table('text;price, in kr\nGott, ja;1,5\n')).rows).toEqual([
      { text: 'Gott, ja', 'price, in kr': '1,5' },
    ]));

  it('has the columns of another table whose accents stand apart in their names', async () =>
    expect((await table('texte,\u00e9tiquette\nbon,oui\n'.normalize('NFD'))).rows).toEqual([
      { texte: 'bon', '\u00e9tiquette': 'oui' },
    ]));

  it('has no cells where a line ends early, and an empty one behind a last separator', async () =>
    expect((await table('a,b,c\n1\n1,2,')).rows).toEqual([{ a: '1' }, { a: '1', b: '2', c: '' }]));

  it('keeps the first of two columns with one name, whatever it is called, and says what it left out', async () => {
    const { rows, notes } = await table('a,a,\n1,2,3');
    expect(rows).toEqual([{ a: '1' }]);
    expect(notes).toEqual([
      'Columns without a name, which are left out: 1.',
      'Of the columns that are named "a" the first counts.',
    ]);
    expect(JSON.stringify((await table('__proto__,b\n1,2')).rows)).toBe('[{"__proto__":"1","b":"2"}]');
  });

  it('without rows has none', async () => {
    for (const text of ['\n', 'a,b', 'a,b\n']) expect(await table(text)).toMatchObject({ rows: [], faults: [] });
    expect((await table('')).faults).toMatchObject([{ message: 'It is empty.', isFatal: true }]);
  });

  it('is at fault where a quotation mark is not closed, at the line where it stands', async () => {
    const { faults } = await table('a,b\n"x\ny",2\n"open, to the end\n3,4\n');
    expect(faults).toMatchObject([{ line: 4, message: expect.stringContaining('does not end'), isFatal: true }]);
  });

  it('is at fault where a text that begins with a quotation mark takes rows to itself, until the next mark', async () => {
    const { rows, faults } = await table('text,label\n"Gott,1\nIlla,0\n"Gott" segði hon,1\nFínt,1\n');
    expect(faults).toMatchObject([{ line: 2, message: expect.stringContaining('does not end'), isFatal: false }]);
    expect(rows).toEqual([{ text: 'Fínt', label: '1' }]);
    expect((await table('"text,label\nGott,1\n"Illa" segði hon,0\n')).faults).toMatchObject([
      { line: 1, message: expect.stringContaining('does not end'), isFatal: true },
    ]);
    // A text over two lines may begin with one.
    expect((await table('text,label\n"""Gott"",\nsegði hon",1\n')).rows).toEqual([
      { text: '"Gott",\nsegði hon', label: '1' },
    ]);
  });

  it('tells of cells that may be rows which were never quoted', async () => {
    const { rows, notes } = await table('text\tlabel\n"Gott\t1\nIlla\t0\nFínt"\t1\nSo so\t0\n');
    expect(rows).toEqual([
      { text: 'Gott\t1\nIlla\t0\nFínt', label: '1' },
      { text: 'So so', label: '0' },
    ]);
    expect(notes).toEqual([expect.stringMatching(/tabs in it .*: 2\.$/)]);
    expect((await table('text,label\n"Gott\t1\nIlla",1\n')).notes).toEqual([]);
  });

  it.each(['1234567890', ',,,,,,,,,,'])('is not read on where a row is too long, such as of %s', async (part) => {
    expect(await recordsOf(`a\n"b"\n${part.repeat(20)}`, 10, 100)).toEqual([
      { line: 1, cells: ['a'] },
      { line: 2, cells: ['b'] },
      { line: 3, message: expect.stringContaining('more than 100 letters') },
    ]);
  });

  it('is at fault in a line that has more cells than names', async () => {
    const { rows, faults } = await table('a,b\n1,2\n1,2,3\n1,2,,\n1,2,,3\n');
    expect(rows).toHaveLength(2);
    expect(faults).toMatchObject([
      { line: 3, message: expect.stringContaining('has 3 cells'), isFatal: false },
      { line: 5, message: expect.stringContaining('has 4 cells'), isFatal: false },
    ]);
  });

  it('is at fault without names of its columns', async () => {
    const { faults } = await table('Gott,positive\nIlla,negative\nFínt,positive\n');
    expect(faults).toMatchObject([{ line: 1, message: expect.stringMatching(/"positive" .* line 3/), isFatal: true }]);
    // One text that is the column's name by chance is no label.
    const rows = Array.from({ length: 500 }, (_, n) => `row ${n},x`);
    expect((await table(['text,label', 'text,y', ...rows].join('\n'))).faults).toEqual([]);
    expect((await table('a,b\n1,2\na,b\n3,4\n')).faults).toMatchObject([
      { line: 3, message: 'This line names the columns once more.', isFatal: false },
    ]);
    // In one column it is a text as good as any.
    expect((await table('word\nname\nword\n')).rows).toEqual([{ word: 'name' }, { word: 'word' }]);
  });

  it('that was written is read as it was, in chunks of any size', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ð', '"', ',', ';', '\t', '\n', '\r', ' ') });
    const written = (value: string) => `"${value.replaceAll('"', '""')}"`;
    return fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell)),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 40 }),
        async (values, separator, end, size) => {
          const lines = [['p', 'q'], ...values].map((cells) => cells.map(written).join(separator));
          const filled = values.filter((cells) => cells.some((value) => value.trim() !== ''));
          expect((await table(lines.join(end), size)).rows).toEqual(filled.map(([p, q]) => ({ p, q })));
        },
      ),
    );
  });

  it('has the lines that an editor counts', () => {
    const piece = fc.constantFrom('a', ',', '\n', '\r\n', '\r', '"x\ny"', '"z\r\n""\r"');
    return fc.assert(
      fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 5 }), async (pieces, size) => {
        const text = `${pieces.join('')}\nlast`;
        const last = (await recordsOf(text, size)).at(-1)!;
        // A cell may be left open, and behind a quoted one its line goes on.
        fc.pre(last.cells?.[0] === 'last');
        expect(last.line).toBe(text.split(/\r\n|\r|\n/).length);
      }),
    );
  });
});

async function recordsOf(text: string, size: number, mostUnits?: number): Promise<(TableRecord | TableProblem)[]> {
  async function* parts() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const records: (TableRecord | TableProblem)[] = [];
  for await (const batch of readTable(parts(), await tableForm(parts()), mostUnits)) records.push(...batch);
  return records;
}

describe('the letters of a file', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode('\ufeffø;ð\n€;2')],
    ['UTF-16, as Excel and PowerShell write it', new Uint8Array(Buffer.from('\ufeffø;ð\n€;2', 'utf16le'))],
    ['UTF-16 of another order', new Uint8Array(Buffer.from('\ufeffø;ð\n€;2', 'utf16le').swap16())],
    ['what Windows writes in western Europe', Uint8Array.of(0xf8, 0x3b, 0xf0, 0x0a, 0x80, 0x3b, 0x32)],
  ])('are those that were meant, in %s', async (name, bytes) => {
    for (const size of [1, 3, 1000]) {
      const { rows, notes } = await read('rows.csv', bytes, size);
      expect(rows).toEqual([{ ø: '€', ð: '2' }]);
      expect(notes).toHaveLength(name.includes('Windows') ? 1 : 0);
    }
  });

  /** Such a text without its mark, as a program that knows no UTF-8 writes it. */
  const bytesOf = (...parts: (string | number)[]) =>
    Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? part : [...new TextEncoder().encode(part)])));

  it('are UTF-8 but for those that a program has cut or spoilt, which are counted', async () => {
    const { rows, notes } = await read(
      'rows.csv',
      bytesOf('text;label\nKsiążka;zła\nGę', 0xc5, ';zła\nGęś', 0xff, 0xc5),
    );
    expect(rows).toEqual([
      { text: 'Książka', label: 'zła' },
      { text: 'Gę\ufffd', label: 'zła' },
      { text: 'Gęś\ufffd\ufffd' },
    ]);
    expect(notes).toEqual(['It is UTF-8 but for some letters, each of which was read as \ufffd: 3.']);
    const { encoding } = await read('rows.csv', bytesOf('\ufefftext;label\n', 0xe4, 0xe4));
    expect(encoding).toBe('utf-8');
  });

  it('are those of western Europe where one is drawn out', async () => {
    const { rows } = await read('rows.csv', bytesOf('text;label\nN', 0xe4, 0xe4, 0xe4, 0xe4, 0xe4, ';nej'));
    expect(rows).toEqual([{ text: 'Näääää', label: 'nej' }]);
  });

  it.each([
    // "text;оценка\nплохо;нет" in Windows-1251, "本文,良い" in Shift-JIS and "文本,好坏" in GBK.
    [
      'Russian',
      bytesOf('text;', 0xee, 0xf6, 0xe5, 0xed, 0xea, 0xe0, '\n', 0xef, 0xeb, 0xee, 0xf5, 0xee, ';', 0xed, 0xe5, 0xf2),
    ],
    ['Japanese', bytesOf(0x96, 0x7b, 0x95, 0xb6, ',', 0x97, 0xc7, 0x82, 0xa2)],
    ['Chinese', bytesOf(0xce, 0xc4, 0xb1, 0xbe, ',', 0xba, 0xc3, 0xbb, 0xb5)],
  ])('are not guessed in %s that is not UTF-8, of which Windows has an encoding of its own', async (_, bytes) => {
    const { faults } = await read('rows.csv', bytes);
    expect(faults).toMatchObject([{ message: expect.stringContaining('Save it as UTF-8'), isFatal: true }]);
  });

  it.each([
    ['a workbook', Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0, 0)],
    ['Parquet', new TextEncoder().encode('PAR1\x15\x04')],
    ['UTF-16 without a mark', new Uint8Array(Buffer.from('a;b\n1;2', 'utf16le'))],
    ['zeros after a while', new TextEncoder().encode(`a,b\n${'1,2\n'.repeat(1000)}\0`)],
  ])('are none in %s, which is told', async (_, bytes) => {
    const { faults } = await read('rows.csv', bytes);
    expect(faults).toMatchObject([{ message: 'It is no text. Save the table in it as CSV in UTF-8.', isFatal: true }]);
  });
});

describe('a list in JSON', () => {
  const list = (text: string, size?: number) => read('rows.json', text, size);

  it('is rows, over as many lines as they take', async () => {
    for (const size of [1, 5, 1000]) {
      const found = await list('\ufeff[ {"a": "x]\\"},"},\n  {"a":\n {"b": [1, 2]}},\n\n]\n', size);
      expect(found).toMatchObject({ rows: [{ a: 'x]"},' }, { a: { b: [1, 2] } }], faults: [], form: 'list' });
    }
    expect(await list('[]')).toMatchObject({ rows: [], faults: [] });
  });

  it('has faults where a value is no row, at its line', async () => {
    const { rows, faults } = await list('[{"a":1},\n3,null,\n{"a" 2},[],,{"a":3}]');
    expect(rows).toEqual([{ a: 1 }, { a: 3 }]);
    expect(faults.map(({ line, isFatal }) => [line, isFatal])).toEqual([
      [2, false],
      [2, false],
      [3, false],
      [3, false],
      [3, false],
    ]);
  });

  it('has the lines that an editor counts, however they end', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      for (const size of [1, 1000]) {
        const text = ['', '[', '{"a":', '1}, 2', ',', '', '3,[4', '], 5', ']'].join(end);
        expect((await list(text, size)).faults.map(({ line }) => line)).toEqual([4, 7, 7, 8]);
      }
    }
  });

  it.each([
    ['[{"a":1}', 'The list does not end.'],
    ['[{"a":1}] 3', 'Behind the list stands something else.'],
  ])('is at fault as %s', async (text, message) =>
    expect((await list(text)).faults).toMatchObject([{ message, isFatal: true }]),
  );

  it('is not read on where a value is too long', () => {
    const reader = new ListReader(100);
    for (let part = 0; part < 20; part++) reader.push(part === 0 ? '[{"a": "' : '1234567890');
    expect(reader.problem).toMatchObject({ line: 1, message: expect.stringContaining('more than 100 letters') });
  });
});

describe('lines of JSON', () => {
  it('are rows, and broken ones are faults', async () => {
    const { rows, faults, form } = await read('rows.jsonl', '{"a":"1"}\r\n\n{"a"\n[1]\n{"a":"2"}\n');
    expect({ rows, form }).toEqual({ rows: [{ a: '1' }, { a: '2' }], form: 'lines' });
    expect(faults.map(({ line, isFatal }) => [line, isFatal])).toEqual([
      [3, false],
      [4, false],
    ]);
  });

  it('are told once where their objects take several lines', async () => {
    for (const size of [1, 1000]) {
      const { rows, faults } = await read(
        'rows.json',
        '\n{\n  "rows": [\n    {"a": "1"},\n    {"a": "2"}\n  ]\n}\n',
        size,
      );
      expect(rows).toEqual([]);
      expect(faults).toMatchObject([
        { line: 2, message: expect.stringContaining('not a JSON object'), isFatal: false },
        { line: 2, message: expect.stringContaining('takes several lines'), isFatal: true },
      ]);
    }
    for (const lines of ['{"a": "1\n{"a": "2"', '{"a": 01}\n"2"']) {
      const broken = await read('rows.jsonl', `${lines}\n{"a": "3"}\n`);
      expect(broken.rows).toEqual([{ a: '3' }]);
      expect(broken.faults.map(({ line, isFatal }) => [line, isFatal])).toEqual([
        [1, false],
        [2, false],
      ]);
    }
  });

  it('are known by their beginning, whatever the file is called', async () => {
    expect((await read('rows.json', '{"a":"1"}\n{"a":"2"}\n')).form).toBe('lines');
    expect((await read('rows.jsonl', '[{"a":"1"}]')).form).toBe('list');
    expect((await read('rows.txt', 'a,b\n1,2\n')).form).toBe('table');
    expect((await read('rows.txt', '{"a":"1"}\n')).form).toBe('lines');
  });
});

it.each([
  ['a list', '[{"a":12345678901234567890,\n"b":-9007199254740993,"a":76561198000000001,"c":1e300,"d":2}]'],
  ['lines', '{"a":12345678901234567890,"b":-9007199254740993,"a":76561198000000001,"c":1e300,"d":2}\n'],
])('whole numbers have all of their digits in %s', async (_, text) => {
  const { rows } = await read('rows.json', text);
  expect(rows).toEqual([{ a: 76561198000000001n, b: -9007199254740993n, c: 1e300, d: 2 }]);
  const fields = ['a', 'b'];
  expect(fields.map((field) => textIn(rows[0]!, field))).toEqual(['76561198000000001', '-9007199254740993']);
});

it('a number of millions of digits, which would take seconds to be written, is not kept', async () => {
  const { rows } = await read('rows.json', `[{"a":${'9'.repeat(1000)}},{"a":${'9'.repeat(3_000_000)}}]`);
  expect(rows).toEqual([{ a: 10n ** 1000n - 1n }, { a: Number.POSITIVE_INFINITY }]);
});

it.each([
  ['a list', '[{"a":"1"},\n{"a":"2","b":{"a":3},"a":"4","b":5}]'],
  ['lines', '{"a":"1"}\n{"a":"2","b":{"a":3},"a":"4","b":5}\n'],
])('of a field that stands twice in a row the last counts, which is told, in %s', async (_, text) => {
  const { rows, notes } = await read('rows.json', text);
  expect(rows).toEqual([{ a: '1' }, { a: '4', b: 5 }]);
  expect(notes).toEqual(['Fields that stand several times in one row, of which the last counts: "a", "b".']);
});

it('a file that cannot be read is a fault, also after a while', async () => {
  const work = new Work({});
  expect(await openData('a.csv', { readFile: async () => 'not-found' }, work)).toMatchObject({
    message: 'It is not there.',
  });
  expect(await openData('a.csv', { readFile: async () => ({ unreadable: 'it is a folder' }) }, work)).toMatchObject({
    message: 'It cannot be read: it is a folder',
  });
  async function* broken() {
    yield new TextEncoder().encode('a,b\n');
    throw new Error('the disk has gone');
  }
  expect(await openData('a.csv', { readFile: async () => broken() }, work)).toMatchObject({
    message: 'It cannot be read: the disk has gone',
    isFatal: true,
  });
});

it('a table is read a part at a time, and its file closed when no more of it is wanted', async () => {
  let isEndless = false;
  let parts = 0;
  let open = 0;
  async function* chunks() {
    open += 1;
    try {
      yield new TextEncoder().encode('a,b\n1,2\n');
      for (; isEndless; parts++) yield new TextEncoder().encode('1,2\n'.repeat(2000));
    } finally {
      open -= 1;
    }
  }
  const controller = new AbortController();
  const work = new Work({ signal: controller.signal });
  const source = await openData('a.csv', { readFile: async () => chunks() }, work);
  if ('isFatal' in source) throw new Error(source.message);
  isEndless = true;
  let rows = 0;
  for await (const batch of source.rows()) {
    rows += batch.length;
    if (rows > 5000) break;
  }
  expect(open).toBe(0);
  expect(parts).toBeLessThan(8);
  const reading = source.rows();
  await reading.next();
  controller.abort();
  await expect(
    (async () => {
      for await (const _ of reading);
    })(),
  ).rejects.toBe(controller.signal.reason);
  expect(open).toBe(0);
});

it('reading can be given up between two parts of a file', async () => {
  const controller = new AbortController();
  let closed = 0;
  async function* endless() {
    try {
      for (;;) yield new TextEncoder().encode('a,b\n1,2\n');
    } finally {
      closed += 1;
    }
  }
  setTimeout(() => controller.abort(new Error('given up')));
  const work = new Work({ signal: controller.signal, breathe: () => new Promise((resolve) => setImmediate(resolve)) });
  await expect(openData('a.csv', { readFile: async () => endless() }, work)).rejects.toThrow('given up');
  expect(closed).toBe(2);
});
