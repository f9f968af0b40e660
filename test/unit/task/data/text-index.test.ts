import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Range, TextDocument } from 'vscode-languageserver-textdocument';
import type { DataIndex } from '../../../../task/src/data/data-index.ts';
import { otherTasknames } from '../../../../task/src/data/gather-facts.ts';
import { readDataFile } from '../../../../task/src/data/read-data-file.ts';
import { readBlockAgain, readRowsAgain, rowAtHand } from '../../../../task/src/data/read-rows.ts';
import { TextBlocks } from '../../../../task/src/data/text-blocks.ts';
import { readNextBlock, spliceIndex, textIndex } from '../../../../task/src/data/text-index.ts';
import { Work } from '../../../../task/src/data/work.ts';
import type { DataFileFacts } from '../../../../task/src/data-facts.ts';
import { MAX_LINE_BYTES, RowReader } from '../../../../task/src/rows.ts';
import { environment } from '../harness.ts';
import { data, line, lineEnd } from './arbitrary-data.ts';

const PATH = 'project/train.jsonl';

/** Everything that an index says of its rows, in a form that does not show how it came to it. */
function saidBy(index: DataIndex) {
  const rows = index.blocks.flatMap(({ records }, at) => {
    const cursor = index.cursor(records!);
    const said = [];
    for (; !cursor.isAtEnd; cursor.next()) {
      const { taskname, fields, kinds } = cursor.shape;
      const hashes = [...records!.hashes.subarray(cursor.hashesAt, cursor.hashesAt + fields.length * 2)];
      const text = rowAtHand({ block: index.blocks[at]!, row: cursor.row })?.text;
      said.push({ line: index.lineOf(at) + cursor.line, taskname, fields, kinds, hashes, text });
    }
    return said;
  });
  const shapes = index.shapes.all.flatMap(({ id, taskname, fields, kinds, rows: count }) =>
    count === 0 ? [] : [JSON.stringify([id === 0, taskname, fields, kinds, count])],
  );
  const tasks = new Set(index.shapes.all.flatMap(({ taskname }) => taskname ?? []));
  const texts = [...tasks].flatMap((task) =>
    [...(index.shapes.tables(task) ?? [])].flatMap(([field, { values }]) =>
      [...values].map(({ text, rows: count }) => JSON.stringify([task, field, text, count])),
    ),
  );
  return { rows, shapes: shapes.sort(), texts: texts.sort() };
}

/** A file on disk has no rows at hand. */
function withoutTexts({ rows, ...rest }: ReturnType<typeof saidBy>) {
  return { ...rest, rows: rows.map(({ text: _, ...row }) => row) };
}

function indexOf(blocks: TextBlocks): DataIndex {
  const index = textIndex(blocks.blocks);
  while (readNextBlock(index));
  return index;
}

async function indexOnDisk(text: string): Promise<DataIndex> {
  const reading = await readDataFile(environment({ 'train.jsonl': text }), PATH, new Work({}));
  expect(reading.state).toBe('read');
  return reading.state === 'read' ? reading.index : expect.unreachable();
}

const insertion = fc.oneof(
  fc.array(fc.tuple(line, lineEnd), { maxLength: 4 }).map((lines) => lines.flat().join('')),
  fc.constantFrom('', '\n', '\r', '\r\n', 'x', '\ufeff', '\ud83d', '{', '}'),
);
const share = fc.double({ min: 0, max: 1, noNaN: true });
interface Edit {
  /** The range in a document. */
  of(document: TextDocument): Range;
  text: string;
  isWhole: boolean;
}
const anywhere = fc.tuple(share, fc.oneof(fc.nat(3), fc.nat(300))).map(([at, removed]) => (document: TextDocument) => {
  const start = Math.floor(at * document.getText().length);
  return { start: document.positionAt(start), end: document.positionAt(start + removed) };
});
const atLines = fc.tuple(share, fc.nat(3), fc.nat(1)).map(([at, removed, character]) => (document: TextDocument) => {
  // No editor names a line behind the last, of which TextDocument makes holes in its lines.
  const from = Math.min(Math.floor(at * document.lineCount), document.lineCount - 1);
  return { start: { line: from, character: 0 }, end: { line: from + removed, character } };
});
const edit: fc.Arbitrary<Edit> = fc.record({
  of: fc.oneof(anywhere, atLines),
  text: insertion,
  isWhole: fc.boolean(),
});
const texts = fc.tuple(fc.constantFrom('', '\ufeff'), data).map((parts) => parts.join(''));

describe('the index of an open file', () => {
  it('after any edits is that of the text that they lead to', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.integer({ min: 1, max: 400 }),
        fc.array(edit, { maxLength: 6 }),
        async (text, blockUnits, edits) => {
          const blocks = new TextBlocks(text, blockUnits);
          const index = indexOf(blocks);
          const document = TextDocument.create('', '', 0, text);
          for (const { of, text: added, isWhole } of edits) {
            const range = of(document);
            TextDocument.update(document, [{ range, text: added }], 1);
            spliceIndex(
              index,
              isWhole ? blocks.replaceAll(document.getText()) : blocks.edit(range.start, range.end, added),
            );
            expect(blocks.text).toBe(document.getText());
            expect(index.isComplete).toBe(true);
          }
          expect(saidBy(index)).toEqual(saidBy(indexOf(new TextBlocks(document.getText()))));
        },
      ),
      { numRuns: 600 },
    );
  });

  it.each([
    ['\n', 'a line feed in front of it'],
    ['', 'the rest of it deleted up to a line feed'],
  ])('knows that a carriage return at the end of a block and %j, %s, are one line end', (text) => {
    const blocks = new TextBlocks('{"a": 1}\r{"b": 2}\n{"c": 3}', 1);
    const index = indexOf(blocks);
    const to = { line: 1, character: text === '' ? 8 : 0 };
    spliceIndex(index, blocks.edit({ line: 1, character: 0 }, to, text));
    expect(saidBy(index)).toEqual(saidBy(indexOf(new TextBlocks(blocks.text))));
  });

  it('is that of the file when it is saved, and gives the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 400 }), async (text, blockUnits) => {
        const [open, saved] = [indexOf(new TextBlocks(text, blockUnits)), await indexOnDisk(text)];
        expect(saidBy(open)).toMatchObject(withoutTexts(saidBy(saved)));
        const reader = new RowReader();
        const expected = [...reader.push(new TextEncoder().encode(text)), ...reader.end()];
        const contents = expected.map(({ text: content, value }) => ({ text: content, value }));
        const opened = open.blocks.flatMap((block) =>
          Array.from({ length: block.records!.count }, (_, row) => rowAtHand({ block, row })!),
        );
        expect(opened).toMatchObject(contents);
        const reread = [];
        for (const block of saved.blocks) {
          reread.push(...(await readBlockAgain(environment({ 'train.jsonl': text }), PATH, block)));
        }
        expect(reread).toMatchObject(contents);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['{"a":1,"b":2,"a":3}', ['a']],
    ['{"a":1,"b":"","a":3}', ['a']],
    ['{"a":"","b":1,"a":""}', ['a']],
    ['{"taskname":"","a":1,"a":2}', ['a']],
    ['{"taskname":1,"taskname":2}', ['taskname']],
    ['{"a":1,"b":2}', []],
  ])('knows what stands several times in the shortest row: %s', (text, repeated) => {
    const { shapes } = indexOf(new TextBlocks(text));
    expect(shapes.all.filter(({ rows }) => rows > 0).map((shape) => shape.repeated)).toEqual([repeated]);
  });

  it('knows no task any more whose rows are gone', () => {
    const blocks = new TextBlocks('{"taskname": "t"}\n{"taskname": "u"}\n');
    const index = indexOf(blocks);
    const named = () => otherTasknames(new Map(), [{ facts: {} as DataFileFacts, index }]);
    expect(named()).toEqual(['t', 'u']);
    spliceIndex(index, blocks.edit({ line: 0, character: 0 }, { line: 1, character: 0 }, ''));
    expect(named()).toEqual(['u']);
  });

  it('reads only what an edit has changed', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => `{"taskname": "t", "a": "${i}"}`);
    const blocks = new TextBlocks(rows.join('\n'));
    const index = indexOf(blocks);
    const before = index.blocks.map(({ records }) => records);
    const at = { line: 500, character: 24 };
    spliceIndex(index, blocks.edit(at, at, 'x'));
    const kept = index.blocks.filter(({ records }) => before.includes(records));
    expect(kept).toHaveLength(index.blocks.length - 1);
    expect(index.shapes.all.filter(({ rows: count }) => count > 0).map(({ rows: count }) => count)).toEqual([1000]);
  });
});

describe('a long file on disk', () => {
  it('is read in blocks, any of which can be read again', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `{"taskname": "t", "a": "${i} åäö"}${i % 3 ? '\n' : '\r\n'}`);
    const index = await indexOnDisk(rows.join(''));
    expect(index.blocks.length).toBeGreaterThan(2);
    expect(index.rows).toBe(20_000);
    const last = index.blocks.at(-1)!;
    const again = [...(await readBlockAgain(environment({ 'train.jsonl': rows.join('') }), PATH, last))];
    expect(again.at(-1)).toMatchObject({ value: { a: '19999 åäö' } });
    expect(index.ref(index.blocks.length - 1, last.records!.count - 1).line).toBe(19_999);
  });

  it('is not read again in one piece with a line that is too long to be a row', async () => {
    const long = 'x'.repeat(MAX_LINE_BYTES + 1);
    const text = `{"taskname": "t", "a": "1"}\n\n${long}\r\n{"taskname": "t", "a": "2"}\n${long}`;
    const index = await indexOnDisk(text);
    const lengths: number[] = [];
    const bytes = new TextEncoder().encode(text);
    const own = environment(
      {},
      {
        readParts: async (_, parts) => {
          lengths.push(...parts.map(({ length }) => length));
          return parts.map(({ start, length }) => bytes.subarray(start, start + length));
        },
      },
    );
    const refs = index.blocks.flatMap((block, at) =>
      Array.from({ length: block.records!.count }, (_, row) => index.ref(at, row)),
    );
    expect(refs.map(({ line }) => line)).toEqual([0, 2, 3, 4]);
    const tooLong = { value: undefined, problem: { message: expect.stringMatching(/^This line has 4194305 bytes/) } };
    const read = await readRowsAgain(own, PATH, refs);
    expect(read).toMatchObject([{ value: { a: '1' } }, tooLong, { value: { a: '2' } }, tooLong]);
    for (const { block } of [refs[0]!, refs[2]!]) {
      expect([...(await readBlockAgain(own, PATH, block))]).toHaveLength(1);
    }
    expect(Math.max(...lengths)).toBeLessThan(100);
  });

  it('that was changed meanwhile is noticed when it is read again', async () => {
    const index = await indexOnDisk('{"a": "1"}\n');
    const [block] = index.blocks;
    for (const text of ['{"a": "12"}\n', '{}', '', 'x\ny\nz\n{"a": "1"}\n']) {
      const reading = async () => [...(await readBlockAgain(environment({ 'train.jsonl': text }), PATH, block!))];
      await expect(reading()).rejects.toThrow('was changed while it was read');
    }
  });
});
