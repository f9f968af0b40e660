import { BinaryReader } from '@bufbuild/protobuf/wire';
import { t } from '../../../../l10n/src/words.ts';
import { UnusableTokenizer } from '../vocabulary.ts';

/*
 * The parts of sentencepiece_model.proto that say how text becomes tokens. A field that is not there has its default.
 */

/** As the numbers of the format. */
export const KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Piece {
  readonly text: string;
  readonly score: number;
  readonly kind: number;
}

export interface SentencePieceModel {
  /** By id. */
  readonly pieces: readonly Piece[];
  readonly algorithm: 'unigram' | 'bpe';
  readonly byteFallback: boolean;
  /** Whether a space belongs to the word in front of it. */
  readonly spaceAsSuffix: boolean;
  /** What an unknown token is decoded to. */
  readonly unknownText: string;
  readonly normaliser: NormaliserSettings;
  /** Undefined where the text is decoded as it is. */
  readonly denormaliser: NormaliserSettings | undefined;
}

export interface NormaliserSettings {
  /** Empty where letters stay as they are. */
  readonly charsMap: Uint8Array;
  readonly addDummyPrefix: boolean;
  readonly removeExtraSpaces: boolean;
  readonly escapeSpaces: boolean;
}

/** What the format calls its types of models, by number. */
const MODEL_TYPES: Readonly<Record<number, string>> = { 1: 'UNIGRAM', 2: 'BPE', 3: 'WORD', 4: 'CHAR' };

/** Pieces that are read between two pauses. */
const BATCH = 2_000;

/**
 * Reads the file of a SentencePiece model.
 * @throws UnusableTokenizer
 */
export function* readModelProto(bytes: Uint8Array): Generator<void, SentencePieceModel> {
  const pieces: Piece[] = [];
  const model = {
    algorithm: 1,
    byteFallback: false,
    spaceAsSuffix: false,
    unknownText: ' \u2047 ',
    normaliser: readNormaliser(undefined),
    denormaliser: undefined as NormaliserSettings | undefined,
  };
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 1) pieces.push(readPiece(reader.bytes()));
      else if (field === 2) Object.assign(model, readTrainer(reader.bytes()));
      else if (field === 3) model.normaliser = readNormaliser(reader.bytes());
      else if (field === 5) model.denormaliser = readNormaliser(reader.bytes());
      else reader.skip(type, field);
      if (pieces.length % BATCH === 0) yield;
    }
  } catch {
    throw new UnusableTokenizer(t('is no SentencePiece model'));
  }
  if (pieces.length === 0) throw new UnusableTokenizer(t('has an empty vocabulary'));
  const algorithm = model.algorithm === 1 ? 'unigram' : model.algorithm === 2 ? 'bpe' : undefined;
  if (algorithm === undefined) {
    const name = MODEL_TYPES[model.algorithm];
    const type = name === undefined ? `${model.algorithm}` : `${name} (${model.algorithm})`;
    throw new UnusableTokenizer(t('has a SentencePiece model of type {0}; supported: UNIGRAM (1) and BPE (2)', type));
  }
  return { ...model, algorithm, pieces };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readPiece(bytes: Uint8Array): Piece {
  const reader = new BinaryReader(bytes);
  let [text, score, kind]: [string, number, number] = ['', 0, KIND.normal];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) text = decoder.decode(reader.bytes());
    else if (field === 2) score = reader.float();
    else if (field === 3) kind = reader.int32();
    else reader.skip(type, field);
  }
  return { text, score, kind };
}

function readTrainer(bytes: Uint8Array): Partial<Record<string, unknown>> {
  const reader = new BinaryReader(bytes);
  const read: Partial<Record<string, unknown>> = {};
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 3) read.algorithm = reader.int32();
    else if (field === 24) read.spaceAsSuffix = reader.bool();
    else if (field === 35) read.byteFallback = reader.bool();
    else if (field === 44) read.unknownText = decoder.decode(reader.bytes());
    else reader.skip(type, field);
  }
  return read;
}

function readNormaliser(bytes: Uint8Array | undefined): NormaliserSettings {
  const settings = {
    charsMap: new Uint8Array(),
    addDummyPrefix: true,
    removeExtraSpaces: true,
    escapeSpaces: true,
  };
  const reader = new BinaryReader(bytes ?? new Uint8Array());
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    // A copy of its own: the file's bytes need not be kept for it.
    if (field === 2) settings.charsMap = reader.bytes().slice();
    else if (field === 3) settings.addDummyPrefix = reader.bool();
    else if (field === 4) settings.removeExtraSpaces = reader.bool();
    else if (field === 5) settings.escapeSpaces = reader.bool();
    else reader.skip(type, field);
  }
  return settings;
}
