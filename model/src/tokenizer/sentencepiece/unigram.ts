import { unitsOf } from './normaliser.ts';
import type { PrefixTable } from './prefix-table.ts';

export interface UnigramPieces {
  readonly table: PrefixTable;
  /** By id, for a piece of so many bytes. */
  score(id: number, bytes: number): number;
  readonly unknownId: number;
  /** Of a letter that is in no piece. */
  readonly unknownScore: number;
}

/**
 * Cuts a normalised text into pieces as SentencePiece's unigram models do: of all ways to cut it the one whose scores have
 * the largest sum. Sums are rounded to 32 bits where SentencePiece keeps them so, for that decides between equals.
 */
export function unigramPieces(text: string, pieces: UnigramPieces): { text: string; id: number }[] {
  const best = new Float32Array(text.length + 1);
  const startOf = new Int32Array(text.length + 1).fill(-1);
  const idOf = new Int32Array(text.length + 1);
  const bytes = byteOffsets(text);
  for (let at = 0; at < text.length; ) {
    const so = best[at]!;
    const from = at;
    const letter = unitsOf(text, at);
    let isLetterKnown = false;
    const offer = (length: number, id: number, sum: number): void => {
      const end = from + length;
      if (startOf[end]! >= 0 && sum <= best[end]!) return;
      best[end] = sum;
      startOf[end] = from;
      idOf[end] = id;
    };
    pieces.table.match(text, from, (length, id) => {
      offer(length, id, pieces.score(id, bytes[from + length]! - bytes[from]!) + so);
      if (length === letter) isLetterKnown = true;
    });
    if (!isLetterKnown) offer(letter, pieces.unknownId, Math.fround(pieces.unknownScore + so));
    at += letter;
  }
  const found: { text: string; id: number }[] = [];
  for (let end = text.length; end > 0; end = startOf[end]!) {
    found.push({ text: text.slice(startOf[end]!, end), id: idOf[end]! });
  }
  return found.reverse();
}

/** Bytes of UTF-8 in front of each unit of a text, and of all of it. */
function byteOffsets(text: string): Int32Array {
  const offsets = new Int32Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts for two of its four bytes.
    const bytes = unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
    offsets[i + 1] = offsets[i]! + bytes;
  }
  return offsets;
}
