import { unitsOf } from './normaliser.ts';
import type { PrefixTable } from './prefix-table.ts';

export interface UnigramPieces {
  readonly table: PrefixTable;
  /** By id. */
  score(id: number): number;
  readonly unknownId: number;
  /** Of a letter that is in no piece. */
  readonly unknownScore: number;
  /** Of the sums of scores, which decides between equals, such as two ways to cut a run of blanks. */
  readonly bits: 32 | 64;
}

/** Letters between two pauses. */
const PIECE = 2_000;

/**
 * Cuts a normalised text into pieces as SentencePiece's unigram models do: of all ways to cut it the one whose scores have
 * the largest sum.
 */
export function* unigramPieces(text: string, pieces: UnigramPieces): Generator<void, { text: string; id: number }[]> {
  const best = pieces.bits === 32 ? new Float32Array(text.length + 1) : new Float64Array(text.length + 1);
  const startOf = new Int32Array(text.length + 1).fill(-1);
  const idOf = new Int32Array(text.length + 1);
  for (let at = 0, done = 1; at < text.length; done++) {
    if (done % PIECE === 0) yield;
    const so = best[at]!;
    const from = at;
    const letter = unitsOf(text, at);
    let isLetterKnown = false;
    const offer = (length: number, id: number, score: number): void => {
      const end = from + length;
      const sum = pieces.bits === 32 ? Math.fround(score + so) : score + so;
      if (startOf[end]! >= 0 && sum <= best[end]!) return;
      best[end] = sum;
      startOf[end] = from;
      idOf[end] = id;
    };
    pieces.table.match(text, from, (length, id) => {
      offer(length, id, pieces.score(id));
      if (length === letter) isLetterKnown = true;
    });
    if (!isLetterKnown) offer(letter, pieces.unknownId, pieces.unknownScore);
    at += letter;
  }
  const found: { text: string; id: number }[] = [];
  for (let end = text.length; end > 0; end = startOf[end]!) {
    found.push({ text: text.slice(startOf[end]!, end), id: idOf[end]! });
    if (found.length % PIECE === 0) yield;
  }
  return found.reverse();
}
