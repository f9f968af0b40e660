import { mergeNeighbours } from '../merging.ts';
import { unitsOf } from './normaliser.ts';
import type { PrefixTable } from './prefix-table.ts';

export interface BpePieces {
  /** The score of a piece that two others may be merged into. */
  score(piece: string): number | undefined;
  /** Pieces that were trained but are not used, and are cut into their parts again. */
  isUnused(piece: string): boolean;
  /** Pieces that stand for themselves and are merged with nothing. */
  readonly frozen: PrefixTable;
}

/** Letters between two pauses. */
const PIECE = 2_000;

/**
 * Cuts a normalised text into pieces as SentencePiece's BPE models do: of all neighbours that together are a piece, those with
 * the best score are merged, the leftmost of equals first, until there are none.
 */
export function* bpePieces(text: string, pieces: BpePieces): Generator<void, string[]> {
  const ends: number[] = [];
  const frozen = new Set<number>();
  for (let at = 0; at < text.length; at = ends.at(-1)!) {
    const length = pieces.frozen.longest(text, at);
    if (length > 0) frozen.add(at);
    ends.push(at + (length || unitsOf(text, at)));
    if (ends.length % PIECE === 0) yield;
  }
  const parts = new Map<string, readonly [string, string]>();
  const merged = yield* mergeNeighbours(ends, (start, middle, end) => {
    if (frozen.has(start) || frozen.has(middle)) return undefined;
    const whole = text.slice(start, end);
    const score = pieces.score(whole);
    if (score === undefined) return undefined;
    if (pieces.isUnused(whole)) parts.set(whole, [text.slice(start, middle), text.slice(middle, end)]);
    return -score;
  });
  const cut = (piece: string): string[] => {
    const found = pieces.isUnused(piece) ? parts.get(piece) : undefined;
    return found === undefined ? [piece] : found.flatMap(cut);
  };
  const found: string[] = [];
  let start = 0;
  for (const end of merged) {
    found.push(...cut(text.slice(start, end)));
    start = end;
    if (found.length % PIECE === 0) yield;
  }
  return found;
}
