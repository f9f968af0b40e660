import { t } from '../../../../l10n/src/words.ts';
import { byteNames } from '../byte-names.ts';
import { UnusableTokenizer } from '../vocabulary.ts';
import { type BpePieces, bpePieces } from './bpe.ts';
import { KIND, type Piece, type SentencePieceModel } from './model-proto.ts';
import { Normaliser, SPACE } from './normaliser.ts';
import { PrefixTable } from './prefix-table.ts';
import { type UnigramPieces, unigramPieces } from './unigram.ts';

/** How much worse than any token an unknown letter is. */
export const UNKNOWN_PENALTY = 10;

interface CutPiece {
  readonly text: string;
  readonly id: number;
}

interface Tables {
  readonly userDefined: PrefixTable;
  /** What a unigram model cuts texts into. */
  readonly inTexts: PrefixTable;
  readonly unknownId: number;
}

function isInTexts(kind: number): boolean {
  return kind === KIND.normal || kind === KIND.userDefined || kind === KIND.unused;
}

/** Text to ids and back, by SentencePiece's rules. */
export class SentencePiece {
  readonly pieces: readonly Piece[];
  readonly unknownId: number;
  readonly #model: SentencePieceModel;
  readonly #normaliser: Normaliser;
  readonly #denormaliser: Normaliser | undefined;
  /** Ids of the pieces that stand in texts. */
  readonly #ids = new Map<string, number>();
  /** Ids of control tokens, bytes and the unknown one, whose names mean nothing in a text. */
  readonly #reserved = new Map<string, number>();
  readonly #cut: (normalised: string) => Generator<void, CutPiece[]>;

  private constructor(model: SentencePieceModel, { userDefined, inTexts, unknownId }: Tables) {
    this.#model = model;
    this.pieces = model.pieces;
    this.unknownId = unknownId;
    for (const [id, { text, kind }] of model.pieces.entries()) {
      (isInTexts(kind) ? this.#ids : this.#reserved).set(text, id);
    }
    const { spaceAsSuffix, denormaliser } = model;
    this.#normaliser = new Normaliser(model.normaliser, { kept: userDefined, spaceAsSuffix });
    const plain = { addDummyPrefix: false, removeExtraSpaces: false, escapeSpaces: false };
    this.#denormaliser =
      denormaliser !== undefined && denormaliser.charsMap.length > 0
        ? new Normaliser({ ...denormaliser, ...plain }, { spaceAsSuffix })
        : undefined;
    this.#cut = model.algorithm === 'bpe' ? this.#bpe(userDefined) : this.#unigram(inTexts);
  }

  /** @throws UnusableTokenizer */
  static *of(model: SentencePieceModel): Generator<void, SentencePiece> {
    const unknownId = model.pieces.findLastIndex(({ kind }) => kind === KIND.unknown);
    if (unknownId < 0) throw new UnusableTokenizer(t('has no token for what is unknown'));
    const entries = model.pieces.map(({ text }, id) => [text, id] as const);
    const kindOf = (id: number) => model.pieces[id]!.kind;
    const isUsed = (id: number) => isInTexts(kindOf(id)) && kindOf(id) !== KIND.unused;
    return new SentencePiece(model, {
      userDefined: yield* PrefixTable.of(entries.filter(([, id]) => kindOf(id) === KIND.userDefined)),
      inTexts: yield* PrefixTable.of(model.algorithm === 'bpe' ? [] : entries.filter(([, id]) => isUsed(id))),
      unknownId,
    });
  }

  /** The id of a piece by its name. */
  id(piece: string): number | undefined {
    return this.#reserved.get(piece) ?? this.#ids.get(piece);
  }

  /** The ids of a text. */
  *encoding(text: string): Generator<void, number[]> {
    const ids: number[] = [];
    let isAfterUnknown = false;
    const normalised = yield* this.#normaliser.normalising(wellFormed(text));
    for (const piece of yield* this.#cut(normalised)) {
      const isUnknown = piece.id === this.unknownId;
      if (isUnknown && this.#model.byteFallback) ids.push(...this.#bytes(piece.text));
      else if (!isUnknown || !isAfterUnknown) ids.push(piece.id);
      isAfterUnknown = isUnknown;
    }
    return ids;
  }

  /** Control tokens have no text, and ids that are not in the vocabulary are left out. */
  decode(ids: readonly number[]): string {
    let text = '';
    let bytes: number[] = [];
    let hasDroppedSpace = false;
    const endBytes = () => {
      text += textOfBytes(bytes);
      bytes = [];
    };
    for (const id of ids) {
      const piece = this.pieces[id];
      if (piece?.kind === KIND.byte) {
        bytes.push(Number(piece.text.slice(1, -1)));
        continue;
      }
      endBytes();
      if (piece === undefined || piece.kind === KIND.control) continue;
      if (piece.kind === KIND.unknown) {
        text += this.#model.unknownText;
        continue;
      }
      const isFirst: boolean = !hasDroppedSpace && text === '';
      const shown: string = isFirst ? this.#withoutPrefix(piece.text) : piece.text;
      hasDroppedSpace = shown !== piece.text && !this.#model.normaliser.removeExtraSpaces;
      text += shown.replaceAll(SPACE, ' ');
    }
    endBytes();
    return this.#denormaliser?.normalise(text) ?? text;
  }

  /** A piece at the start of a text without the space that encoding puts there. */
  #withoutPrefix(piece: string): string {
    const { addDummyPrefix, removeExtraSpaces } = this.#model.normaliser;
    return (addDummyPrefix || removeExtraSpaces) && piece.startsWith(SPACE) ? piece.slice(SPACE.length) : piece;
  }

  #bpe(frozen: PrefixTable): (normalised: string) => Generator<void, CutPiece[]> {
    const [pieces, ids] = [this.pieces, this.#ids];
    const bpe: BpePieces = {
      score: (piece) => {
        const id = ids.get(piece);
        return id === undefined ? undefined : pieces[id]!.score;
      },
      isUnused: (piece) => pieces[ids.get(piece) ?? -1]?.kind === KIND.unused,
      frozen,
    };
    const { id, unknownId } = { id: (text: string) => this.id(text), unknownId: this.unknownId };
    return function* (normalised) {
      const found = yield* bpePieces(normalised, bpe);
      return found.map((text) => ({ text, id: id(text) ?? unknownId }));
    };
  }

  #unigram(table: PrefixTable): (normalised: string) => Generator<void, CutPiece[]> {
    const { pieces, unknownId } = this;
    const normal = pieces.filter(({ kind }) => kind === KIND.normal);
    const least = normal.reduce((so, { score }) => Math.min(so, score), Number.POSITIVE_INFINITY);
    const unigram: UnigramPieces = {
      table,
      // One that the user defined goes before others, whose scores are logarithms of probabilities; of such the longer ones.
      score: (id) => (pieces[id]!.kind === KIND.userDefined ? bonus(pieces[id]!.text) : pieces[id]!.score),
      unknownId,
      unknownScore: Math.fround(least - UNKNOWN_PENALTY),
      // As of version 0.2.2.
      bits: 32,
    };
    return (normalised) => unigramPieces(normalised, unigram);
  }

  /** A token for each byte of a text. */
  #bytes(text: string): number[] {
    return byteNames(text).map((name) => this.#reserved.get(name) ?? this.unknownId);
  }
}

/** As of SentencePiece 0.2.2, which reckons with 32 bits. */
function bonus(userDefined: string): number {
  return Math.fround(Math.fround(0.1) * (new TextEncoder().encode(userDefined).length - 1));
}

/** Half a surrogate pair is no letter, and UTF-8 cannot hold it. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 as text; a byte that is none becomes U+FFFD by itself. */
function textOfBytes(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    try {
      text += utf8.decode(Uint8Array.from(bytes.slice(at, at + length)));
      at += length;
    } catch {
      text += '\ufffd';
      at += 1;
    }
  }
  return text;
}
