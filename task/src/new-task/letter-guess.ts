/*
 * Which of Windows' encodings with a byte a letter a text is in, told by its letters beyond ASCII. Each language of Europe uses a few,
 * and the bytes that are á, ł and ż in one encoding are á, ³ and ¿ in another.
 */

import { withLettersOfWindows } from './western-letters.ts';

/** The encodings that are told apart from that of western Europe, `windows-1252`. */
export type EasternEncoding = 'windows-1250' | 'iso-8859-2' | 'windows-1254' | 'windows-1257' | 'windows-1258';

type Encoding = EasternEncoding | 'windows-1252';

/**
 * The letters beyond ASCII of a language, the commonest first, counted in the Universal Declaration of Human Rights and in the
 * translations of free programs. Languages that are less often written count too, lest they be taken for others.
 */
const WESTERN = {
  de: 'üäöß',
  fr: 'éàèêôîçûœ',
  es: 'óáíúéñ',
  pt: 'ãçáíéóõêúàâô',
  it: 'èàòùéì',
  sv: 'äöåé',
  da: 'æøåé',
  no: 'åøæ',
  fi: 'äöå',
  is: 'ðáþíóöæéúý',
  fo: 'ðæíøáóúý',
  et: 'äõüö',
  nl: 'éïëóèê',
  af: 'êëïôé',
  ca: 'óàéíèçòúï',
  ga: 'áíéúó',
  gd: 'àòùìè',
  cy: 'âôîêï',
  br: 'ñêùéî',
  sq: 'ëç',
  fur: 'âôîûàèçêìòù',
  wa: 'åéîôêèçû',
};
const CENTRAL = {
  pl: 'łżąęśóćńź',
  cs: 'íářéčýžěšůú',
  sk: 'áčýíéťúžšľôňó',
  hu: 'áéíóöőüúű',
  hr: 'čšćžđ',
  sl: 'čšž',
  ro: 'ăţşîâ',
};
const EASTERN: Readonly<Record<EasternEncoding, Readonly<Record<string, string>>>> = {
  'windows-1250': CENTRAL,
  'iso-8859-2': CENTRAL,
  'windows-1254': { tr: 'ışçüğöİ' },
  'windows-1257': { lt: 'šėųįąžūęč', lv: 'āīēšļņūķžģ', et: 'äõüöšž' },
  // The dot, hook, tilde and accents of a vowel are letters of their own behind it.
  'windows-1258': { vi: '\u0323êô\u0309\u0301đ\u0300ừơ\u0303ưàáăóùíâ' },
};

/** Each letter is as many times as common as the one before. */
const STEP = 0.8;
/**
 * How likely a letter is that is not of the language. Names and words from elsewhere have more of those of western Europe; and what is
 * taken for another encoding and is not would be spoilt.
 */
const FOREIGN = 0.001;
const FOREIGN_IN_WEST = 0.01;
/** A capital behind a small letter, as of ® read as Ž behind a name, or anything else that is hardly met within a word. */
const STRANGE = 0.0005;
/** Typographic marks, which mostly have the same byte in all encodings, */
const MARK = 0.1;
const MARKS = '“”„‘’‚«»‹›–—…€•·§©®™\u00a0¿¡´`';
/** and what stands behind units and numbers, as in m³. */
const RAISED = 0.15;
const RAISED_SIGNS = '²³¹ºª°';

/** One encoding is believed if the text is as many times likelier in it, as a natural logarithm, than in any other language. */
const SURE = 8;

/** What stands beside a byte beyond ASCII. */
const NOTHING = 0;
const SMALL = 1;
const CAPITAL = 2;
const HIGH = 3;
const KINDS = 4;
const FIRST_HIGH = 0x80;

function kindOf(byte: number): number {
  if (byte >= FIRST_HIGH) return HIGH;
  if (byte >= 0x61 && byte <= 0x7a) return SMALL;
  return byte >= 0x41 && byte <= 0x5a ? CAPITAL : NOTHING;
}

/** What a text is most likely in. */
export interface LetterGuess {
  readonly encoding: EasternEncoding;
  /** Whether it is hardly anything else. */
  readonly isSure: boolean;
}

/** How often each byte beyond ASCII stands beside letters of each kind. */
export class HighBytes {
  readonly #counts = new Float64Array(128 * KINDS * KINDS);
  #before = NOTHING;
  /** The last byte, where it is beyond ASCII, and what stands in front of it. */
  #last: { byte: number; before: number } | undefined;

  add(byte: number): void {
    const kind = kindOf(byte);
    if (this.#last !== undefined) this.#count(this.#last, kind);
    this.#last = kind === HIGH ? { byte, before: this.#before } : undefined;
    this.#before = kind;
  }

  /** @returns undefined where the text is most likely in Windows-1252, or nothing tells */
  guess(): LetterGuess | undefined {
    if (this.#last !== undefined) this.#count(this.#last, NOTHING);
    this.#last = undefined;
    const western = Math.max(
      ...profilesOf(Object.values(WESTERN), true).map((one) => this.#likelihood('windows-1252', one)),
    );
    let best: EasternEncoding | undefined;
    let most = western;
    for (const encoding of Object.keys(EASTERN) as EasternEncoding[]) {
      if (encoding === 'iso-8859-2' && this.#hasControls) continue;
      for (const one of profilesOf(Object.values(EASTERN[encoding]), false)) {
        const likelihood = this.#likelihood(encoding, one);
        if (likelihood > most) [best, most] = [encoding, likelihood];
      }
    }
    return best === undefined ? undefined : { encoding: best, isSure: most - western >= SURE };
  }

  /** Bytes that Windows alone gives letters and marks. */
  get #hasControls(): boolean {
    return this.#counts.some((count, place) => count > 0 && place % 128 < 0x20);
  }

  #count({ byte, before }: { byte: number; before: number }, behind: number): void {
    // A sign that stands alone, such as § or £ in front of a number, says nothing.
    if (before !== NOTHING || behind !== NOTHING)
      this.#counts[byte - FIRST_HIGH + 128 * (before + KINDS * behind)]! += 1;
  }

  /** The logarithm of how likely it is that a text of this language has these letters. */
  #likelihood(encoding: Encoding, profile: Profile): number {
    const letters = lettersOf(encoding);
    const foreign = encoding === 'windows-1252' ? FOREIGN_IN_WEST : FOREIGN;
    let sum = 0;
    for (let place = 0; place < this.#counts.length; place++) {
      const count = this.#counts[place]!;
      if (count === 0) continue;
      const beside = Math.floor(place / 128);
      const share = shareOf(letters[place % 128]!, beside % KINDS, Math.floor(beside / KINDS), profile, foreign);
      sum += count * Math.log(share);
    }
    return sum;
  }
}

/** How common each letter of a language is among those beyond ASCII. */
type Profile = ReadonlyMap<string, number>;

function profilesOf(languages: readonly string[], isMixedToo: boolean): Profile[] {
  const profiles = languages.map(profileOf);
  if (!isMixedToo) return profiles;
  // Rows in several languages.
  const mixed = new Map<string, number>();
  for (const profile of profiles) {
    for (const [letter, share] of profile) mixed.set(letter, (mixed.get(letter) ?? 0) + share / profiles.length);
  }
  return [...profiles, mixed];
}

function profileOf(letters: string): Profile {
  const all = (1 - STEP ** letters.length) / (1 - STEP);
  return new Map([...letters].map((letter, place) => [letter, STEP ** place / all]));
}

function shareOf(letter: string, before: number, behind: number, profile: Profile, foreign: number): number {
  if (RAISED_SIGNS.includes(letter)) return behind === NOTHING ? RAISED : STRANGE;
  if (MARKS.includes(letter)) return MARK;
  if (!/[\p{L}\p{M}]/u.test(letter)) return STRANGE;
  const small = letter.toLowerCase();
  const isOdd = small === letter ? behind === CAPITAL && !/\p{M}/u.test(letter) : before === SMALL;
  return isOdd ? foreign : Math.max(profile.get(letter) ?? profile.get(small) ?? 0, foreign);
}

const HIGH_HALF = Uint8Array.from({ length: 128 }, (_, place) => FIRST_HIGH + place);

/** What an encoding has for the bytes from 0x80 on. */
function lettersOf(encoding: Encoding): string {
  const letters = new TextDecoder(encoding).decode(HIGH_HALF);
  return encoding === 'windows-1252' ? withLettersOfWindows(letters) : letters;
}
