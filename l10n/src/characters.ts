/*
 * Parts of texts in whole characters as people see them: no vowel sign without its letter, and no half of a surrogate pair.
 */

/** One language for all: where characters end depends on none. */
const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Longer ones are told apart from what stands around them all the same. */
const LONGEST = 64;

/** The start of a text, of at most so many UTF-16 units. */
export function startOf(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, characterAt(text, most).start);
}

/** The end of a text, of at most so many UTF-16 units, and at least one. */
export function endOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const first = text.length - most;
  const { start, end } = characterAt(text, first);
  return text.slice(start === first ? first : end);
}

/** The start of a text as `startOf` has it, with a sign where it goes on. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${startOf(text, most)}…`;
}

/** Where the character begins and ends that a unit is part of. Only the text around it is looked at, which may be long. */
function characterAt(text: string, unit: number): { readonly start: number; readonly end: number } {
  const from = Math.max(0, unit - LONGEST);
  const { index, segment } = CHARACTERS.segment(text.slice(from, unit + LONGEST)).containing(unit - from)!;
  return { start: from + index, end: from + index + segment.length };
}
