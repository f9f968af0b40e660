import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type DataRow, parseRow, RowReader, readRowBatches } from '../../../task/src/rows.ts';

async function read(bytes: Uint8Array | string, cuts: number[] = [], maxLineBytes?: number): Promise<DataRow[]> {
  const all = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  const edges = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
  async function* chunks() {
    for (let i = 1; i < edges.length; i++) yield all.slice(edges[i - 1], edges[i]);
  }
  const rows: DataRow[] = [];
  const options = maxLineBytes === undefined ? {} : { maxLineBytes };
  for await (const batch of readRowBatches(chunks(), options)) rows.push(...batch);
  return rows;
}

describe('readRowBatches', () => {
  it('gives each row with its place', async () => {
    expect(await read('{"a":"å"}\n{"b":"2"}\n')).toEqual([
      { line: 0, byteOffset: 0, byteLength: 10, text: '{"a":"å"}', value: { a: 'å' } },
      { line: 1, byteOffset: 11, byteLength: 9, text: '{"b":"2"}', value: { b: '2' } },
    ]);
  });

  it('takes \\r\\n, \\r and a last line without end, and counts blank lines', async () => {
    const rows = await read('{"a":"1"}\r\n\r\n{"a":"2"}\r{"a":"3"}');
    expect(rows.map(({ line, byteOffset }) => [line, byteOffset])).toEqual([
      [0, 0],
      [2, 13],
      [3, 23],
    ]);
    expect(rows.map(({ value }) => value)).toEqual([{ a: '1' }, { a: '2' }, { a: '3' }]);
  });

  it('passes over a byte order mark', async () => {
    expect(await read('\uFEFF{"a":"1"}')).toMatchObject([{ byteOffset: 3, byteLength: 9, text: '{"a":"1"}' }]);
  });

  it('reads the same whatever the chunks', async () => {
    const line = fc.oneof(
      fc.record({ taskname: fc.string({ unit: 'binary' }), text: fc.string() }).map((row) => JSON.stringify(row)),
      fc.constantFrom('', '  ', '{', '{"a": "\ufffd"}', '[1]', 'å🙂'),
    );
    const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r'))).map((lines) => lines.flat().join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(500), { maxLength: 8 }), async (content, cuts) => {
        expect(await read(content, cuts)).toEqual(await read(content));
      }),
    );
  });

  it('says where text is not UTF-8, and reads on', async () => {
    const bytes = Uint8Array.from([...Buffer.from('{"a":"\ufffdå'), 0xe5, ...Buffer.from('"}\n{"a":"1"}')]);
    const [bad, good] = await read(bytes);
    expect(bad).toMatchObject({ line: 0, value: undefined, problem: { start: 8, end: 9 } });
    expect(good).toMatchObject({ line: 1, byteOffset: 15, value: { a: '1' } });
  });

  it('decodes a chunk in another encoding hardly more often than one in UTF-8', () => {
    const chunk = Buffer.from('{"a":"\xe5"}\n'.repeat(1000), 'latin1');
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    const rows = new RowReader().push(chunk);
    const decoded = decode.mock.calls.reduce((sum, [bytes]) => sum + (bytes as Uint8Array).length, 0);
    decode.mockRestore();
    expect(rows.filter(({ value }) => value === undefined)).toHaveLength(1000);
    expect(decoded).toBeLessThan(3 * chunk.length);
  });

  it('does not keep a line that is too long, and reads on', async () => {
    const long = `{"a":"${'x'.repeat(5000)}"}`;
    const [bad, good] = await read(`${long}\n{"a":"1"}`, [10, 100, 1000, 3000, 5005], 1000);
    expect(bad).toMatchObject({ line: 0, byteLength: long.length, text: '', problem: { start: 0, end: 0 } });
    expect(good).toMatchObject({ line: 1, byteOffset: long.length + 1, value: { a: '1' } });
  });
});

describe('parseRow', () => {
  it('never throws, and places its problem inside the line', () => {
    const part = fc.constantFrom('{', '}', '[', ']', '"a"', ':', ',', '1', 'null', '\\', '"', '\t', '//', ' ', 'å');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 15 }), (parts) => {
        const text = parts.join('');
        const row = parseRow(text);
        if (row === undefined) expect(text.trim()).toBe('');
        else if (row.value === undefined) {
          expect(0 <= row.problem.start && row.problem.start <= row.problem.end).toBe(true);
          expect(row.problem.end).toBeLessThanOrEqual(text.length);
        } else expect(row.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['sentence;label', '"Bra, tack",positiva', '[', '  "label": "positiva"', '["a"]'])(
    'says what a row is where a line does not begin as one: %s',
    (line) => {
      const message = 'A row must be a JSON object, such as {"taskname": "…"}.';
      expect(parseRow(line)).toMatchObject({ value: undefined, problem: { message } });
    },
  );

  it('says what is missing of a row that has begun', () => {
    expect(parseRow('{"a": 1')).toMatchObject({ problem: { message: expect.stringContaining('closing brace') } });
  });

  it('survives hostile nesting', () => {
    expect(parseRow('[{"a":'.repeat(50_000))).toMatchObject({ value: undefined });
  });
});
