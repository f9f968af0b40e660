import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export const [NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE] = [1, 2, 3, 4, 5, 6];
export const [UNIGRAM, BPE, WORD, CHAR] = [1, 2, 3, 4];

export type Piece = readonly [text: string, score?: number, kind?: number];

export interface Model {
  readonly pieces: readonly Piece[];
  readonly type?: number | undefined;
  /** Left out, the model says nothing of it, as those that are older. */
  readonly byteFallback?: boolean;
  /** What `charsMapOf` makes. */
  readonly charsMap?: Uint8Array;
  readonly addDummyPrefix?: boolean;
}

export const UNK: Piece = ['<unk>', 0, UNKNOWN];

/**
 * Rules for normalising with a single one, for an ASCII letter: a double array whose root leads to the unit of the letter, and that
 * to its value, the place of the text.
 */
export function charsMapOf(letter: string, text: string): Uint8Array {
  const code = letter.charCodeAt(0);
  // The root's offset is 256, the letter's node has 512: behind it, at 256 ^ code ^ 512, stands the value.
  const units = new Uint32Array(1024);
  units[0] = 256 << 10;
  units[256 ^ code] = (512 << 10) | (1 << 8) | code;
  units[256 ^ code ^ 512] = 0x80000000;
  const bytes = new TextEncoder().encode(`${text}\0`);
  return Uint8Array.from([
    ...new Uint8Array(Uint32Array.of(units.byteLength).buffer),
    ...new Uint8Array(units.buffer),
    ...bytes,
  ]);
}

/** The bytes of a model that, where nothing else is said, neither puts a space in front nor takes any away. */
export function modelBytes({ pieces, type = BPE, byteFallback, charsMap, addDummyPrefix = false }: Model): Uint8Array {
  const model = new BinaryWriter();
  for (const [text, score = 0, kind = NORMAL!] of pieces) {
    model.tag(1, WireType.LengthDelimited).fork();
    model.tag(1, WireType.LengthDelimited).string(text);
    model.tag(2, WireType.Bit32).float(score);
    model.tag(3, WireType.Varint).int32(kind);
    model.join();
  }
  model.tag(2, WireType.LengthDelimited).fork();
  model.tag(3, WireType.Varint).int32(type!);
  if (byteFallback !== undefined) model.tag(35, WireType.Varint).bool(byteFallback);
  model.join();
  model.tag(3, WireType.LengthDelimited).fork();
  if (charsMap) model.tag(2, WireType.LengthDelimited).bytes(charsMap);
  model.tag(3, WireType.Varint).bool(addDummyPrefix);
  model.tag(4, WireType.Varint).bool(false);
  return model.join().finish();
}
