import { fold } from './comparable.ts';
import { inCommon } from './in-common.ts';
import { isSameAnswer, type Outcome } from './metrics.ts';

/**
 * One language for all, so that a figure does not depend on the machine's. Words of scripts without blanks between them are found by
 * the dictionaries of the script, whatever the language.
 */
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * The F1 over bags of words of SQuAD (Rajpurkar et al. 2016, section 6.1), averaged over rows: with `s` words that the answer and the
 * prediction have in common, as often as both have them, 2 s / (words of the answer + words of the prediction).
 *
 * Words are what Unicode's word boundaries (UAX 29) part and has a letter or a digit in it, upper and lower case aside. Unlike there
 * no articles are left out, which would be English ones, and texts without words, such as signs alone, are compared as a whole.
 * A prediction that is the answer has 1, so the mean is never below exact match.
 * @throws RangeError without rows
 */
export function wordF1(outcomes: readonly Outcome[]): number {
  if (outcomes.length === 0) throw new RangeError('no rows to measure');
  const total = outcomes.reduce((sum, { truth, prediction }) => sum + f1Of(truth, prediction), 0);
  return total / outcomes.length;
}

function f1Of(truth: string, prediction: string | undefined): number {
  if (prediction === undefined) return 0;
  if (isSameAnswer(truth, prediction)) return 1;
  const [expected, predicted] = [wordsOf(truth), wordsOf(prediction)];
  const words = expected.length + predicted.length;
  return words === 0 ? 0 : (2 * inCommon(expected, predicted, String).length) / words;
}

function wordsOf(text: string): string[] {
  return [...WORDS.segment(fold(text))].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}
