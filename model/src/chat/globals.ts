import { t } from '../../../l10n/src/words.ts';
import { STRIP, stripLetters } from './strip-calls.ts';

/**
 * As transformers renders a template; but no result depends on the clock, so a template that asks for the date gets this, and
 * midnight.
 */
const DATE: Readonly<Record<string, string>> = {
  a: 'Fri',
  A: 'Friday',
  b: 'Jul',
  B: 'July',
  d: '26',
  H: '00',
  m: '07',
  M: '00',
  S: '00',
  y: '24',
  Y: '2024',
  '%': '%',
};

/** A date as `strftime` writes it; `%-d` is one without a zero in front. */
function dateIn(format: string): string {
  return format.replace(/%(-?)([\w%])/g, (text, isShort: string, letter: string) => {
    const found = DATE[letter] ?? text;
    return isShort === '' ? found : found.replace(/^0+(?=\d)/, '');
  });
}

/** The most numbers of a `range`, which are made before the first of them is looked at. */
const LONGEST_RANGE = 100_000;

function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > LONGEST_RANGE) throw new Error(t('it takes too long to render'));
  return Array.from({ length }, (_, i) => from + i * step);
}

/** What every template may use, by name. */
export function globals(): Readonly<Record<string, unknown>> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range,
    raise_exception: (message: string) => {
      throw new Error(message);
    },
    strftime_now: (format: unknown) => dateIn(String(format)),
    // Models that may think before they answer are asked for the answer.
    enable_thinking: false,
    [STRIP]: stripLetters,
    // There are none, and a template may ask whether they are none.
    tools: null,
    documents: null,
  };
}
