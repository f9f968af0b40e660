import type { SampledValue } from '../../../task/src/data/value-table.ts';
import type { Work } from '../../../task/src/data/work.ts';
import type { FieldSample } from '../../../task/src/data-facts.ts';
import type { TokenEncoder } from '../../../task/src/environment.ts';
import { formKey } from '../../../task/src/labels.ts';

/** How long the texts of a field are, over all rows. */
export interface LengthStatistics {
  readonly unit: 'tokens' | 'characters';
  readonly median: number;
  /** The length that one text in twenty exceeds. */
  readonly percentile95: number;
  /** Whether every length is measured; else some are taken from the measured ones. */
  readonly isExact: boolean;
}

/** A tokeniser takes about a millisecond for a thousand characters, and an editor waits. */
const MAX_MEASURED = 6_000;

/**
 * The lengths of the sampled texts in tokens, without a tokeniser in characters. Where there is too much text to tokenise
 * while somebody waits, the rest is taken to have as many tokens a character as what has been tokenised; `tokeniseSample`
 * leaves nothing to estimate but texts that were cut.
 */
export function lengthStatistics({ values }: FieldSample, encoder: TokenEncoder | undefined): LengthStatistics {
  if (encoder === undefined) return { unit: 'characters', ...ranks(values, ({ length }) => length), isExact: true };
  let left = MAX_MEASURED;
  let characters = 0;
  let tokens = 0;
  const counts = new Map<SampledValue, number>();
  for (const value of values) {
    const { text } = value;
    const isKnown = hasCount(text, encoder);
    if (!isKnown && counts.size > 0 && text.length > left) continue;
    if (!isKnown) left -= text.length;
    const count = tokenCount(text, encoder);
    characters += text.length;
    tokens += count;
    if (isWhole(value)) counts.set(value, count);
  }
  const perCharacter = characters === 0 ? 0 : tokens / characters;
  const lengthOf = (value: SampledValue) => counts.get(value) ?? Math.round(value.length * perCharacter);
  return { unit: 'tokens', ...ranks(values, lengthOf), isExact: counts.size === values.length };
}

/** Tokenises the texts of a sample a few at a time, so that they need not be while somebody waits. */
export async function tokeniseSample({ values }: FieldSample, encoder: TokenEncoder, work: Work): Promise<void> {
  for (const { text } of values) {
    tokenCount(text, encoder);
    await work.pause();
  }
}

/** Lengths of texts in tokens. A sample keeps most of its texts while rows are edited. */
const counted = new WeakMap<TokenEncoder, Map<string, number>>();
const MAX_COUNTED = 10_000;

function tokenCount(text: string, encoder: TokenEncoder): number {
  const counts = counted.get(encoder) ?? new Map<string, number>();
  counted.set(encoder, counts);
  let count = counts.get(text);
  if (count === undefined) {
    count = encoder.encode(text).length;
    if (counts.size >= MAX_COUNTED) counts.clear();
    counts.set(text, count);
  }
  return count;
}

function hasCount(text: string, encoder: TokenEncoder): boolean {
  return counted.get(encoder)?.has(text) === true;
}

/** A text that many rows have counts as often. */
function ranks(
  values: readonly SampledValue[],
  lengthOf: (value: SampledValue) => number,
): Pick<LengthStatistics, 'median' | 'percentile95'> {
  const lengths = values
    .map((value) => ({ rows: value.rows, length: lengthOf(value) }))
    .sort((a, b) => a.length - b.length);
  const total = lengths.reduce((sum, { rows }) => sum + rows, 0);
  const rank = (share: number) => {
    let rows = 0;
    for (const text of lengths) {
      rows += text.rows;
      if (rows >= share * total) return text.length;
    }
    return 0;
  };
  return { median: rank(0.5), percentile95: rank(0.95) };
}

/** The texts of a sample with their rows, the commonest first; those that were cut are left out. */
export function commonestTexts({ values }: FieldSample): SampledValue[] {
  return values.filter(isWhole).sort((a, b) => b.rows - a.rows || (a.text < b.text ? -1 : 1));
}

/**
 * The texts of a sample as answers, with their rows, the commonest first: what differs in outer blanks or the composition of letters
 * alone is one, as it is one label; an empty text is none.
 */
export function answersOf(sample: FieldSample): { readonly answer: string; readonly rows: number }[] {
  const answers = new Map<string, { answer: string; rows: number }>();
  for (const { text, rows } of commonestTexts(sample)) {
    const known = answers.get(formKey(text));
    if (known !== undefined) known.rows += rows;
    else if (text.trim() !== '') answers.set(formKey(text), { answer: text.trim(), rows });
  }
  return [...answers.values()].sort((a, b) => b.rows - a.rows);
}

/** In how many rows a text of the field stands, on average. */
export function rowsPerText({ values }: FieldSample): number {
  return values.reduce((sum, { rows }) => sum + rows, 0) / values.length;
}

function isWhole({ text, length }: SampledValue): boolean {
  return text.length === length;
}
