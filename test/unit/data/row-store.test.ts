import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type RowReader, RowStore } from '../../../engine/src/data/row-store.ts';
import type { TokenRow } from '../../../engine/src/data/token-row.ts';
import { FileError } from '../../../engine/src/errors.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;

function file(content: string | Uint8Array): string {
  const path = join(folder, `${files++}.jsonl`);
  writeFileSync(path, content);
  return path;
}

/** Where a link leads; the one of a descriptor may have gone. */
function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** A token for each UTF-16 unit of the text; none for texts above 40. */
const read: RowReader<TokenRow> = ({ text }) => {
  const units = [...Array(String(text).length).keys()].map((i) => String(text).charCodeAt(i));
  return units.length > 40 ? undefined : { ids: Int32Array.from([1, ...units]), firstTarget: 1 };
};

const row = (text: string, taskname = 'a') => JSON.stringify({ taskname, text });

const anyRow = fc.record({ taskname: fc.constantFrom('a', 'b', 'other'), text: fc.string({ unit: 'grapheme' }) });

describe('rows by number', () => {
  it('are the lines of the files, whatever ends a line and however a file begins', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.oneof(anyRow, fc.constant('')), { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.boolean(),
        async (contents, lineEnd, byteOrderMark, endsWithLine) => {
          const paths = contents.map((rows) => {
            const lines = rows.map((value) => (value === '' ? '' : JSON.stringify(value)));
            const text = lines.join(lineEnd) + (endsWithLine ? lineEnd : '');
            return file(byteOrderMark ? `\ufeff${text}` : text);
          });
          const expected = contents.flatMap((rows, n) =>
            rows.flatMap((value, line) =>
              typeof value === 'string' ? [] : [{ value, place: { file: paths[n]!, line } }],
            ),
          );
          const known = expected.filter(({ value }) => value.taskname !== 'other');
          const kept = known.filter(({ value }) => value.text.length <= 40);
          const store = await RowStore.open(paths, ['a', 'b'], read);
          const numbers = Array.from({ length: store.size }, (_, n) => n);
          expect(numbers.map((n) => ({ value: store.row(n), place: store.place(n) }))).toEqual(kept);
          expect(numbers.map((n) => store.taskname(n))).toEqual(kept.map(({ value }) => value.taskname));
          expect([...store.skipped.values()].reduce((a, b) => a + b, 0)).toBe(known.length - kept.length);
          const bytes = paths.map((path) => readFileSync(path));
          expect(store.hash).toBe(createHash('sha256').update(Buffer.concat(bytes)).digest('hex'));
          store.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are right across the chunks in which a file is read, characters cut in two included', async () => {
    // Node reads 64 KiB at a time.
    const texts = Array.from({ length: 9000 }, (_, n) => '€😀å'.repeat(n % 5) + n);
    const path = file(`\ufeff${texts.map((text) => row(text)).join('\r\n')}`);
    const store = await RowStore.open([path], ['a'], read);
    expect(store.size).toBe(texts.length);
    for (let n = texts.length - 1; n >= 0; n--) {
      if (store.row(n).text !== texts[n] || store.place(n).line !== n) expect.fail(`row ${n}`);
    }
    store.close();
  });

  it('leave out lines that are no rows', async () => {
    const store = await RowStore.open([file(`${row('x')}\n[1]\n{"taskname": \n${row('y')}`)], ['a'], read);
    expect([0, 1].map((n) => store.place(n).line)).toEqual([0, 3]);
    expect(store.size).toBe(2);
    store.close();
  });

  it('count the rows without tokens by task', async () => {
    const long = 'x'.repeat(41);
    const path = file([row(long), row('y'), row(long), row(long, 'b'), row(long, 'other')].join('\n'));
    const store = await RowStore.open([path], ['a', 'b'], read);
    expect(Object.fromEntries(store.skipped)).toEqual({ a: 2, b: 1 });
    expect(store.size).toBe(1);
    store.close();
  });
});

describe('token rows', () => {
  it('are the same from the cache and read again, for any budget and order', async () => {
    const texts = Array.from({ length: 30 }, (_, n) => 'x'.repeat(n) + n);
    const path = file(texts.map((text) => row(text)).join('\n'));
    const expected = texts.map((text) => read({ text }, 'a'));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 4000 }),
        fc.array(fc.nat(texts.length - 1), { maxLength: 80 }),
        async (cacheBytes, order) => {
          const store = await RowStore.open([path], ['a'], read, { cacheBytes });
          for (const n of order) expect(store.tokens(n)).toEqual(expected[n]);
          store.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are made once where they fit into the budget, and again where they do not', async () => {
    const path = file([row('x'), row('y')].join('\n'));
    for (const [cacheBytes, reads] of [
      [1_000_000, 2],
      [0, 2 + 4],
    ] as const) {
      const counted = vi.fn(read);
      const store = await RowStore.open([path], ['a'], counted, { cacheBytes });
      for (const n of [0, 1, 0, 1]) store.tokens(n);
      expect(counted).toHaveBeenCalledTimes(reads);
      store.close();
    }
  });
});

describe('a file that changes while it is in use', () => {
  const before = [row('first'), row('second')].join('\n');

  it.each([
    ['shorter', row('first')],
    ['empty', ''],
    ['longer in front', `${row('new')}\n${before}`],
    ['of the same length', before.replace('second', 'zecond')],
  ])('is refused when it is %s', async (_, after) => {
    const path = file(before);
    const store = await RowStore.open([path], ['a'], read, { cacheBytes: 0 });
    writeFileSync(path, after);
    for (const use of [() => store.row(1), () => store.tokens(1)]) {
      expect(use).toThrow(FileError);
      expect(use).toThrow(`${path}: line 2 was changed while it was in use`);
    }
    store.close();
  });

  it('is read on where its rows still stand as they did', async () => {
    const path = file(before);
    const store = await RowStore.open([path], ['a'], read, { cacheBytes: 0 });
    writeFileSync(path, `${before}\n${row('third')}`);
    expect(store.row(1).text).toBe('second');
    expect(store.size).toBe(2);
    store.close();
  });
});

describe('hundreds of files', () => {
  const texts = [...Array(200).keys()].map((n) => `text ${n}`);

  it.runIf(existsSync('/proc/self/fd'))('are not open at a time, which few systems allow', async () => {
    const opened = () => readdirSync('/proc/self/fd').map((name) => target(`/proc/self/fd/${name}`));
    const paths = texts.map((text) => file(row(text)));
    const isOurs = (path: string) => paths.includes(path);
    const store = await RowStore.open(paths, ['a'], read, { cacheBytes: 0 });
    expect(opened().filter(isOurs).length).toBeLessThan(50);
    // There and back, so that each is closed and opened again.
    for (const n of [...texts.keys(), ...[...texts.keys()].reverse()]) expect(store.row(n).text).toBe(texts[n]);
    expect(opened().filter(isOurs).length).toBeLessThan(50);
    store.close();
    expect(opened().filter(isOurs)).toEqual([]);
  });

  it('of which one has gone name it', async () => {
    const paths = texts.map((text) => file(row(text)));
    const store = await RowStore.open(paths, ['a'], read, { cacheBytes: 0 });
    rmSync(paths[3]!);
    expect(() => store.row(3)).toThrow(`${paths[3]}: cannot be read: there is no such file`);
    expect(store.row(4).text).toBe('text 4');
    store.close();
  });
});

it.skipIf(process.platform === 'win32')('few files are read on under whatever name', async () => {
  const paths = [file(row('x')), file(row('y'))];
  const store = await RowStore.open(paths, ['a'], read, { cacheBytes: 0 });
  for (const path of paths) renameSync(path, `${path}.moved`);
  expect(store.row(0).text).toBe('x');
  expect(store.row(1).text).toBe('y');
  store.close();
});

describe('a file that cannot be read', () => {
  it('is named, even behind one that can', async () => {
    const good = file(row('x'));
    const missing = join(folder, 'missing.jsonl');
    const directory = join(folder, 'directory.jsonl');
    mkdirSync(directory);
    for (const [bad, words] of [
      [missing, 'there is no such file'],
      [directory, 'it is a folder'],
    ] as const) {
      const error = await RowStore.open([good, bad], ['a'], read).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FileError);
      expect((error as Error).message).toBe(`${bad}: cannot be read: ${words}`);
    }
  });

  it('is not blamed for a defect in what reads its rows', async () => {
    const defect = () => {
      throw new TypeError('a defect');
    };
    await expect(RowStore.open([file(row('x'))], ['a'], defect)).rejects.toThrow(TypeError);
  });
});

describe('memory', () => {
  it('does not grow with the size of the files', async () => {
    const program = join(folder, 'measure.mjs');
    buildSync({
      entryPoints: [join(import.meta.dirname, 'row-store-memory.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
    });
    const measure = async (megabytes: number): Promise<{ rows: number; grownMb: number }> => {
      const path = join(folder, `${megabytes}mb.jsonl`);
      // A small heap makes the collector work as it has to where memory is short; what is outside of it still counts.
      const options = ['--max-old-space-size=48', '--max-semi-space-size=4', program, path, String(megabytes)];
      const { stdout } = await promisify(execFile)(process.execPath, options);
      return JSON.parse(stdout);
    };
    const { rows, grownMb } = await measure(60);
    expect(rows).toBeGreaterThan(50_000);
    expect(grownMb).toBeLessThan(50);
  });
});
