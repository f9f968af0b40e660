import { t } from '../../l10n/src/words.ts';
/** Edit distance with swaps of neighbours as one edit (optimal string alignment), in UTF-16 units. */
export function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, previous[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, twoBack[j - 2]! + 1);
      row.push(best);
    }
    twoBack = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** Names longer than this are no slip of the pen, and comparing them would take long. */
const MAX_LENGTH = 200;

/** A list of more would be no help. */
const MAX_NEAR = 3;

/** The candidate that `name` was most likely meant to be, or undefined when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  return allNear(name, candidates)[0];
}

/**
 * The few candidates that `name` may have been meant to be, the nearest first: at most a third of the letters differ, letter
 * case, outer spaces and how letters are composed set aside. Among equally near ones the order is that of the candidates.
 */
export function allNear(name: string, candidates: Iterable<string>): string[] {
  if (name.length > MAX_LENGTH) return [];
  const wanted = fold(name);
  const near: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const other = fold(candidate);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3));
    if (candidate.length > MAX_LENGTH || Math.abs(wanted.length - other.length) > allowed) continue;
    const distance = editDistance(wanted, other);
    if (distance <= allowed && distance < Math.max(wanted.length, other.length)) near.push({ candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance);
  return near.slice(0, MAX_NEAR).map(({ candidate }) => candidate);
}

function fold(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/** Whether two names look the same, though their letters are composed in another way. */
export function isSameText(a: string, b: string | undefined): boolean {
  return a !== b && a.normalize('NFC') === b?.normalize('NFC');
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(candidate: string | undefined): string {
  return candidate === undefined ? '' : ` ${t('Did you mean {0}?', JSON.stringify(candidate))}`;
}
