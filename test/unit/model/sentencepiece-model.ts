import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export const [NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE] = [1, 2, 3, 4, 5, 6];
export const [UNIGRAM, BPE, WORD, CHAR] = [1, 2, 3, 4];

export type Piece = readonly [text: string, score?: number, kind?: number];

export interface Model {
  readonly pieces: readonly Piece[];
  readonly type?: number | undefined;
  readonly byteFallback?: boolean;
}

export const UNK: Piece = ['<unk>', 0, UNKNOWN];

/** The bytes of a model that neither puts a space in front nor takes any away. */
export function modelBytes({ pieces, type = BPE, byteFallback = false }: Model): Uint8Array {
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
  model.tag(35, WireType.Varint).bool(byteFallback);
  model.join();
  model.tag(3, WireType.LengthDelimited).fork();
  model.tag(3, WireType.Varint).bool(false);
  model.tag(4, WireType.Varint).bool(false);
  return model.join().finish();
}
