import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DTYPE_BYTES, type Dtype } from '../../../model/src/dtypes.ts';
import {
  parseSafetensors,
  readHeader,
  readSafetensorsHeader,
  type SafetensorsHeader,
  serializeSafetensors,
  type TensorData,
} from '../../../model/src/safetensors.ts';
import { temporaryFolder } from './tiny-folder.ts';

/** A file with a header of our choice, honest or not, and some bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

function problemOf(bytes: Uint8Array) {
  const result = parseSafetensors(bytes);
  if (result.kind === 'ok') throw new Error('was accepted');
  return result.problem;
}

function headerOf(bytes: Uint8Array): SafetensorsHeader {
  const result = parseSafetensors(bytes);
  if (result.kind === 'broken') throw new Error(result.problem.message);
  return result.header;
}

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('reading', () => {
  test('offsets are those in the file', () => {
    const bytes = file({ b: f32(8, 12), a: f32(0, 8, [2, 1]), __metadata__: { format: 'pt' } }, 12);
    const { tensors, metadata } = headerOf(bytes);
    const data = bytes.byteLength - 12;
    expect([...tensors]).toEqual([
      ['a', { dtype: 'F32', shape: [2, 1], begin: data, end: data + 8 }],
      ['b', { dtype: 'F32', shape: [1], begin: data + 8, end: data + 12 }],
    ]);
    expect(metadata).toEqual({ format: 'pt' });
  });

  // All that fill whole bytes, as safetensors 0.8 counts them.
  test.each([
    [1, 'BOOL U8 I8 F8_E4M3 F8_E5M2 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ'],
    [2, 'U16 I16 F16 BF16'],
    [4, 'U32 I32 F32'],
    [8, 'U64 I64 F64 C64'],
  ])('%i bytes: %s', (bytes, dtypes) => {
    for (const dtype of dtypes.split(' '))
      expect(headerOf(file({ a: { dtype, shape: [3], data_offsets: [0, 3 * bytes] } }, 3 * bytes)).tensors.size).toBe(
        1,
      );
  });

  test('scalars and empty tensors are tensors', () => {
    const { tensors } = headerOf(file({ none: f32(0, 0, [3, 0]), one: f32(0, 4, []) }, 4));
    expect(tensors.get('one')?.shape).toEqual([]);
    expect(tensors.get('none')?.shape).toEqual([3, 0]);
  });

  test.each([
    ['nothing at all', new Uint8Array(0), /only 0 bytes/],
    ['fewer than eight bytes', new Uint8Array(5), /only 5 bytes/],
    ['text', Buffer.from('this is not a model'), /not a safetensors file/],
    ['a header longer than the file', file({}).fill(99, 0, 1), /truncated/],
    ['no JSON', file('{"a":'), /not valid JSON/],
    ['no UTF-8', file('"x"').fill(0xff, 9, 10), /not valid UTF-8/],
    ['no object', file('[1]'), /not a JSON object/],
    ['an entry that is no object', file({ a: 3 }), /'a' has an entry that is not an object/],
    ['an unknown dtype', file({ a: { ...f32(0, 4), dtype: 'F33' } }, 4), /'a' has an unknown dtype "F33"/],
    ['a dtype from the prototype', file({ a: { ...f32(0, 4), dtype: 'toString' } }, 4), /unknown dtype/],
    ['a negative size', file({ a: f32(0, 4, [-1]) }, 4), /invalid shape/],
    ['a fraction for a size', file({ a: f32(0, 4, [1.5]) }, 4), /invalid shape/],
    ['offsets in the wrong order', file({ a: f32(4, 0, [1]) }, 4), /invalid offsets/],
    ['a shape that does not fill the offsets', file({ a: f32(0, 8, [1]) }, 8), /'a' of shape \[1\].* does not fill/],
    ['a shape that overflows', file({ a: f32(0, 0, [2 ** 40, 2 ** 40]) }), /impossible shape/],
    ['an overflow hidden by a zero', file({ a: f32(0, 0, [2 ** 40, 2 ** 40, 0]) }), /impossible shape/],
    ['an overlap', file({ a: f32(0, 8), b: f32(4, 12) }, 12), /'b' overlaps/],
    ['a gap', file({ a: f32(0, 4), b: f32(8, 12) }, 12), /'b' leaves a gap/],
    ['data that is cut off', file({ a: f32(0, 8) }, 7), /truncated: tensor 'a'/],
    ['bytes after the last tensor', file({ a: f32(0, 8) }, 9), /1 bytes after the last/],
    ['metadata that is no object', file({ __metadata__: [] }), /__metadata__ is not an object/],
    ['metadata that is not text', file({ __metadata__: { n: 1 } }), /'n' in __metadata__ is not text/],
    ['one name for two tensors', file('{"a":{},"a":{}}'), /names 'a' twice/],
    ['one name written in two ways', file('{"a":{},"\\u0061":{}}'), /names 'a' twice/],
    ['two offsets for one tensor', file('{"a":{"data_offsets":[0,4],"data_offsets":[0,0]}}'), /twice/],
  ])('%s is refused', (_, bytes, message) => {
    expect(problemOf(bytes).message).toMatch(message);
  });

  test('a file that cannot be opened is a problem', async () => {
    const result = await readSafetensorsHeader(join(await temporaryFolder(), 'none.safetensors'));
    expect(result).toMatchObject({
      kind: 'broken',
      problem: { message: 'cannot be read: there is no such file' },
    });
  });

  test('a file cut at any byte is refused, for the same reason as its bytes', async () => {
    const whole = file({ a: f32(0, 8), __metadata__: { k: 'v' } }, 8);
    const path = join(await temporaryFolder(), 'cut.safetensors');
    for (let length = 0; length <= whole.byteLength; length++) {
      await writeFile(path, whole.subarray(0, length));
      const result = await readSafetensorsHeader(path);
      expect(result.kind).toBe(length === whole.byteLength ? 'ok' : 'broken');
      expect(result).toEqual(parseSafetensors(whole.subarray(0, length)));
    }
  });
});

const tensor: fc.Arbitrary<TensorData> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(DTYPE_BYTES) as Dtype[])),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
    seed: fc.nat(255),
  })
  .map(({ dtype, shape, seed }) => {
    const length = shape.reduce((n, size) => n * size, DTYPE_BYTES[dtype] as number);
    return { dtype, shape, data: Uint8Array.from({ length }, (_, i) => (seed + i * 7) & 255) };
  });

const name = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('1', '0', '__proto__', 'constructor'))
  .filter((text) => text !== '__metadata__');

const content = fc.record({
  tensors: fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 }),
  metadata: fc
    .uniqueArray(fc.tuple(name, fc.string({ unit: 'grapheme' })), { selector: ([key]) => key, maxLength: 3 })
    .map((entries) => Object.fromEntries(entries)),
});

test('a folder, of which Windows says that it has no bytes, is told by reading it', async () => {
  const refused = Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
  const folder = { stat: async () => ({ size: 0 }), read: () => Promise.reject(refused) };
  await expect(readHeader(folder)).rejects.toBe(refused);
});

describe('writing', () => {
  test('what is written is read back, byte for byte', () => {
    fc.assert(
      fc.property(content, ({ tensors, metadata }) => {
        const bytes = serializeSafetensors(new Map(tensors), metadata);
        const header = headerOf(bytes);
        expect(header.metadata).toEqual(metadata);
        expect([...header.tensors.keys()].sort()).toEqual(tensors.map(([key]) => key).sort());
        for (const [key, { dtype, shape, data }] of tensors) {
          const { begin, end, ...entry } = header.tensors.get(key)!;
          expect(entry).toEqual({ dtype, shape });
          expect(Buffer.compare(bytes.subarray(begin, end), data as Uint8Array)).toBe(0);
          expect(begin % DTYPE_BYTES[dtype]).toBe(0);
        }
      }),
    );
  });

  test('the order in which tensors and metadata are given does not matter', () => {
    fc.assert(
      fc.property(content, ({ tensors, metadata }) => {
        const bytes = serializeSafetensors(new Map(tensors), metadata);
        const reversed = Object.fromEntries(Object.entries(metadata).reverse());
        expect(serializeSafetensors(new Map([...tensors].reverse()), reversed)).toEqual(bytes);
      }),
    );
  });

  test('data begins at a multiple of eight bytes and tensors of one dtype stand by name', () => {
    const data = new Float32Array([1]);
    const one = { dtype: 'F32', shape: [1], data } as const;
    const { tensors } = headerOf(
      serializeSafetensors(
        new Map([
          ['b', one],
          ['a', one],
          ['10', one],
          ['9', one],
        ]),
      ),
    );
    expect([...tensors.keys()]).toEqual(['10', '9', 'a', 'b']);
    expect(tensors.get('10')!.begin % 8).toBe(0);
  });

  test('data that does not fill the shape is a mistake of the caller', () => {
    const wrong = { dtype: 'F32', shape: [2], data: new Float32Array(3) } as const;
    expect(() => serializeSafetensors(new Map([['a', wrong]]))).toThrow(RangeError);
  });
});

test('a header with random damage is refused or still consistent, and never throws', () => {
  const whole = serializeSafetensors(
    new Map([
      ['h.0.weight', { dtype: 'F32', shape: [2, 3], data: new Float32Array(6) }],
      ['h.1.weight', { dtype: 'F16', shape: [4], data: new Uint16Array(4) }],
    ]),
    { format: 'pt' },
  );
  const edit = fc.record({
    at: fc.nat(whole.byteLength - 1),
    // Mostly characters that keep a header parseable, so that more than the JSON parser is tried.
    byte: fc.oneof(fc.constantFrom(...Buffer.from('0123456789[]{},:"FBIU-. ')), fc.nat(255)),
  });
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), fc.integer({ min: -3, max: 3 }), (edits, grow) => {
      const bytes = new Uint8Array(whole.byteLength + grow);
      bytes.set(whole.subarray(0, bytes.byteLength));
      for (const { at, byte } of edits) if (at < bytes.byteLength) bytes[at] = byte;
      const result = parseSafetensors(bytes);
      if (result.kind === 'broken') return;
      accepted++;
      let end: number | undefined;
      for (const entry of result.header.tensors.values()) {
        expect(entry.begin).toBe(end ?? entry.begin);
        expect(entry.end - entry.begin).toBe(entry.shape.reduce((n, size) => n * size, DTYPE_BYTES[entry.dtype]));
        end = entry.end;
      }
      expect(end ?? bytes.byteLength).toBe(bytes.byteLength);
    }),
    { numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(0);
});
