import type { SampledValue } from '../../../task/src/data/value-table.ts';
import type { FieldSample } from '../../../task/src/data-facts.ts';
import type { TokenEncoder } from '../../../task/src/environment.ts';

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

const remembered = new WeakMap<FieldSample, { encoder: TokenEncoder | undefined; statistics: LengthStatistics }>();

/**
 * The lengths of the sampled texts in tokens, without a tokeniser in characters. Where there is too much text to tokenise
 * while somebody waits, the rest is taken to have as many tokens a character as the part that was tokenised.
 */
export function lengthStatistics(sample: FieldSample, encoder: TokenEncoder | undefined): LengthStatistics {
  const known = remembered.get(sample);
  if (known !== undefined && known.encoder === encoder) return known.statistics;
  const statistics = encoder === undefined ? inCharacters(sample) : inTokens(sample, encoder);
  remembered.set(sample, { encoder, statistics });
  return statistics;
}

function inCharacters({ values }: FieldSample): LengthStatistics {
  return { unit: 'characters', ...ranks(values, (place) => values[place]!.length), isExact: true };
}

function inTokens({ values }: FieldSample, encoder: TokenEncoder): LengthStatistics {
  let characters = 0;
  let tokens = 0;
  const counts: number[] = [];
  for (const { text } of values) {
    if (counts.length > 0 && characters + text.length > MAX_MEASURED) break;
    const count = encoder.encode(text).length;
    counts.push(count);
    characters += text.length;
    tokens += count;
  }
  const perCharacter = characters === 0 ? 0 : tokens / characters;
  const isMeasured = (place: number) => place < counts.length && isWhole(values[place]!);
  const lengthOf = (place: number) =>
    isMeasured(place) ? counts[place]! : Math.round(values[place]!.length * perCharacter);
  return { unit: 'tokens', ...ranks(values, lengthOf), isExact: values.every((_, place) => isMeasured(place)) };
}

/** A text that many rows have counts as often. */
function ranks(
  values: readonly SampledValue[],
  lengthOf: (place: number) => number,
): Pick<LengthStatistics, 'median' | 'percentile95'> {
  const lengths = values
    .map(({ rows }, place) => ({ rows, length: lengthOf(place) }))
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

/** In how many rows a text of the field stands, on average. */
export function rowsPerText({ values }: FieldSample): number {
  return values.reduce((sum, { rows }) => sum + rows, 0) / values.length;
}

function isWhole({ text, length }: SampledValue): boolean {
  return text.length === length;
}
