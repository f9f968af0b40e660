/** How one way of answering rows does against another, row by row. */
export interface Comparison {
  /** Rows that it does better, and worse; the others it does alike. */
  readonly better: number;
  readonly worse: number;
  /** Mean of the differences; 0 without rows. */
  readonly gain: number;
  /**
   * How often chance alone would do as many of the differing rows better: the one-sided sign test, which for right and
   * wrong answers is McNemar's exact test. 1 where no row differs.
   */
  readonly chance: number;
}

/**
 * Compares scores of the same rows: 1 and 0 for right and wrong, or log-probabilities.
 * @param reference as many scores as `scores`
 */
export function compareRows(scores: readonly number[], reference: readonly number[]): Comparison {
  let better = 0;
  let worse = 0;
  let sum = 0;
  scores.forEach((score, i) => {
    const difference = score - reference[i]!;
    sum += difference;
    if (difference > 0) better++;
    if (difference < 0) worse++;
  });
  return {
    better,
    worse,
    gain: scores.length === 0 ? 0 : sum / scores.length,
    chance: headsAtLeast(better, better + worse),
  };
}

/** The probability of at least `heads` heads in `tosses` tosses of a fair coin. Exact, by logarithms of factorials. */
function headsAtLeast(heads: number, tosses: number): number {
  const logFactorial = [0];
  for (let n = 1; n <= tosses; n++) logFactorial.push(logFactorial[n - 1]! + Math.log(n));
  let sum = 0;
  for (let k = heads; k <= tosses; k++) {
    const ways = logFactorial[tosses]! - logFactorial[k]! - logFactorial[tosses - k]!;
    sum += Math.exp(ways - tosses * Math.LN2);
  }
  return Math.min(1, sum);
}
