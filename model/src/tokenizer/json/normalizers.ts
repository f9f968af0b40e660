import {
  BertNormalizer,
  LowercaseNormalizer,
  type Normalizer,
  PrecompiledNormalizer,
  ReplaceNormalizer,
  SequenceNormalizer,
  StripNormalizer,
} from '@huggingface/tokenizers';
import { t } from '../../../../l10n/src/words.ts';
import { CharsMap } from '../sentencepiece/chars-map.ts';
import { UnusableTokenizer } from '../vocabulary.ts';

/**
 * Makes a normaliser of the library do what the original does; some of its parts do not by themselves.
 * @throws UnusableTokenizer where rules cannot be read
 */
export function correctNormalizer(normalizer: Normalizer | null): void {
  if (normalizer instanceof SequenceNormalizer) {
    const parts = normalizer.normalizers;
    for (const part of parts) correctNormalizer(part);
    normalizer.normalize = (text) =>
      parts.reduce((done, part) => (part === null ? done : notGrown(part.normalize(done), text)), text);
  } else if (normalizer instanceof PrecompiledNormalizer) normalizer.normalize = byRules(normalizer.charsmap);
  else if (normalizer instanceof LowercaseNormalizer) normalizer.normalize = lowercase;
  else if (normalizer instanceof StripNormalizer) normalizer.normalize = stripping(normalizer.config);
  else if (normalizer instanceof BertNormalizer) normalizer.normalize = asBert(normalizer.config);
  else if (normalizer instanceof ReplaceNormalizer) {
    const { pattern, config } = normalizer;
    if (pattern) normalizer.normalize = (text) => replaced(text, pattern, config.content ?? '');
  }
}

/**
 * A text that has been made of another.
 * @throws UnusableTokenizer where it is longer than any normal form makes it, of which some turn a letter into eighteen
 */
export function notGrown(text: string, from: string): string {
  if (text.length > mostUnits(from)) throw tooMuch();
  return text;
}

/** @throws as `notGrown` */
export function replaced(text: string, pattern: RegExp | string, content: string): string {
  let rest = mostUnits(text);
  // In a text as such, $& and the like would be what was found.
  return text.replaceAll(pattern, () => {
    rest -= content.length;
    if (rest < 0) throw tooMuch();
    return content;
  });
}

function mostUnits(from: string): number {
  return 4_096 + 32 * from.length;
}

function tooMuch(): UnusableTokenizer {
  return new UnusableTokenizer(t('makes texts many times as long'));
}

/** Letter by letter: a sigma is the same at the end of a word. */
function lowercase(text: string): string {
  return [...text].map((letter) => letter.toLowerCase()).join('');
}

function stripping({
  strip_left,
  strip_right,
}: {
  strip_left?: boolean;
  strip_right?: boolean;
}): (text: string) => string {
  return (text) => {
    const begun = strip_left === true ? text.replace(/^\p{White_Space}+/u, '') : text;
    return strip_right === true ? withoutBlanksBehind(begun) : begun;
  };
}

/** An expression would look from each blank on how far it is to the end. */
function withoutBlanksBehind(text: string): string {
  let end = text.length;
  while (end > 0 && BLANK.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

const BLANK = /^\p{White_Space}$/u;

const encoder = new TextEncoder();
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** UTF-16 units that the segmenter is given at a time. */
const PART = 512;

/** A letter with its marks takes no more bytes to have a rule of its own. */
const MOST_BYTES = 5;

/**
 * By the rules of a SentencePiece model. The library has none of them, but something like the most common ones. Not quite as
 * SentencePiece does it: letters are looked up together with their marks, and the first rule counts for all of these.
 */
function byRules(charsMap: unknown): (text: string) => string {
  if (typeof charsMap !== 'string') return (text) => text;
  const rules = new CharsMap(Buffer.from(charsMap, 'base64'));
  const ruleFor = (bytes: Uint8Array): string | undefined => rules.shortest(bytes, 0)?.text;
  return (text) => {
    let result = '';
    for (const segment of graphemesOf(text)) {
      const bytes = encoder.encode(segment);
      const whole = bytes.length <= MOST_BYTES ? ruleFor(bytes) : undefined;
      if (whole !== undefined) result += whole;
      else for (const letter of segment) result += ruleFor(encoder.encode(letter)) ?? letter;
    }
    return result;
  };
}

/** Letters with their marks. A long text takes the segmenter time that grows with its square, so it is given parts. */
function* graphemesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const part = text.slice(from, from + PART);
    const isLast = from + part.length === text.length;
    for (const { segment, index } of graphemes.segment(part)) {
      // One at the end of a part may go on in the next.
      if (!isLast && index > 0 && index + segment.length === part.length) break;
      yield segment;
      from += segment.length;
    }
  }
}

interface BertSettings {
  readonly clean_text?: boolean;
  readonly handle_chinese_chars?: boolean;
  readonly strip_accents?: boolean | null;
  readonly lowercase?: boolean;
}

const INVISIBLE = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu;
const HAN =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

function asBert({
  clean_text,
  handle_chinese_chars,
  strip_accents,
  lowercase: lowers,
}: BertSettings): (text: string) => string {
  return (text) => {
    let result = text;
    if (clean_text) result = result.replaceAll(INVISIBLE, '').replaceAll(/\p{White_Space}/gu, ' ');
    if (handle_chinese_chars) result = result.replaceAll(HAN, ' $& ');
    if (strip_accents ?? lowers) result = result.normalize('NFD').replaceAll(/\p{Mn}/gu, '');
    return lowers ? lowercase(result) : result;
  };
}
