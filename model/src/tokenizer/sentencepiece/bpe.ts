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

interface Merge {
  readonly score: number;
  /** Index of the left one of the two symbols; the right one stands behind it. */
  readonly left: number;
  /** The merge is outdated when they are no longer this text. */
  readonly text: string;
}

/**
 * Cuts a normalised text into pieces as SentencePiece's BPE models do: of all neighbours that together are a piece, those with
 * the best score are merged, the leftmost of equals first, until there are none.
 */
export function bpePieces(text: string, pieces: BpePieces): string[] {
  const { symbols, isFrozen } = split(text, pieces.frozen);
  const next = symbols.map((_, i) => i + 1);
  const previous = symbols.map((_, i) => i - 1);
  const parts = new Map<string, readonly [string, string]>();
  const agenda = new Agenda();
  const consider = (left: number): void => {
    const right = next[left];
    if (left < 0 || right === undefined || right >= symbols.length || isFrozen[left] || isFrozen[right]) return;
    const merged = symbols[left]! + symbols[right]!;
    const score = pieces.score(merged);
    if (score === undefined) return;
    agenda.push({ score, left, text: merged });
    if (pieces.isUnused(merged)) parts.set(merged, [symbols[left]!, symbols[right]!]);
  };
  for (let i = 0; i < symbols.length - 1; i++) consider(i);
  for (let merge = agenda.pop(); merge !== undefined; merge = agenda.pop()) {
    const { left, text: merged } = merge;
    const right = next[left]!;
    if (symbols[left] === '' || right >= symbols.length || symbols[left]! + symbols[right]! !== merged) continue;
    symbols[left] = merged;
    symbols[right] = '';
    next[left] = next[right]!;
    if (next[right]! < symbols.length) previous[next[right]!] = left;
    consider(previous[left]!);
    consider(left);
  }
  const cut = (piece: string): string[] => {
    const found = pieces.isUnused(piece) ? parts.get(piece) : undefined;
    return found === undefined ? [piece] : found.flatMap(cut);
  };
  return symbols.filter((symbol) => symbol !== '').flatMap(cut);
}

function split(text: string, frozen: PrefixTable): { symbols: string[]; isFrozen: boolean[] } {
  const symbols: string[] = [];
  const isFrozen: boolean[] = [];
  for (let at = 0; at < text.length; at += symbols.at(-1)!.length) {
    const length = frozen.longest(text, at);
    symbols.push(text.slice(at, at + (length || unitsOf(text, at))));
    isFrozen.push(length > 0);
  }
  return { symbols, isFrozen };
}

/** Merges that may be made, as a heap: the best one first. */
class Agenda {
  readonly #heap: Merge[] = [];

  push(merge: Merge): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(merge);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!goesFirst(merge, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = merge;
  }

  pop(): Merge | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    while (true) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && goesFirst(heap[child + 1]!, heap[child]!)) child += 1;
      if (!goesFirst(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function goesFirst(a: Merge, b: Merge): boolean {
  return a.score > b.score || (a.score === b.score && a.left < b.left);
}
