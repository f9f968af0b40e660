/** The letters that a chat template takes away at the beginning of what is said, and at its end. */
export interface Blanks {
  readonly start: string;
  readonly end: string;
}

/** What Python takes for blank, and `trim` in a template with it; not what JavaScript does. */
export const BLANKS = `\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680${lettersFrom(0x2000, 0x200a)}\u2028\u2029\u202f\u205f\u3000`;

/** Letters that may be taken away when not all blanks are. */
const SINGLE = ['\n', ' ', '\t', '\r'];

/** Stands inside of what is said, where nothing is taken away. */
const INSIDE = ` \n\n\t<b>&amp; "'\\ {{ x }}  {% y %} `;

/**
 * Finds out what a template takes away at the ends.
 * @param word a text without blanks
 * @param made what the template makes of a text; undefined where it changes what stands around it as well
 * @returns undefined where it changes what is said in any other way
 */
export function blanksTaken(word: string, made: (said: string) => string | undefined): Blanks | undefined {
  const whole = `${word}${INSIDE}${word}`;
  if (made(whole) !== whole) return undefined;
  const takenWith = (said: string): boolean | undefined => {
    const result = made(said);
    return result === word ? true : result === said ? false : undefined;
  };
  const taken = (saying: (blank: string) => string): string | undefined => {
    const all = takenWith(saying('\v'));
    if (all !== false) return all && BLANKS;
    const each = SINGLE.map((blank) => takenWith(saying(blank)));
    return each.includes(undefined) ? undefined : SINGLE.filter((_, i) => each[i]).join('');
  };
  const start = taken((blank) => blank + word);
  const end = taken((blank) => word + blank);
  return start === undefined || end === undefined ? undefined : { start, end };
}

function lettersFrom(first: number, last: number): string {
  return String.fromCharCode(...Array.from({ length: last - first + 1 }, (_, i) => first + i));
}
