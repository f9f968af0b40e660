import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { isJsonObject, type JsonObject } from '../../json.ts';
import { lettersOfBytes } from './byte-letters.ts';

/*
 * How a tokenizer.json cuts a text into words before its model sees them. The library's own cutting knows one way to treat what
 * a pattern found, takes ASCII digits and letters alone for such, and never cuts at spaces that were replaced; that gives other
 * tokens than the models were trained on.
 */

/**
 * Cuts a text into words. `isFirst`: whether all of the text begins with it. Between words it may give nothing, so that its work
 * can be interrupted.
 */
export type PreTokenizer = (text: string, isFirst: boolean) => Iterable<string | undefined>;

interface Part {
  readonly text: string;
  readonly isFirst: boolean;
}

type Step = (part: Part) => Iterable<Part | undefined>;

/** A longer part is cut a piece at a time. */
const LONG = 4_000;

/**
 * The pre-tokeniser of a tokenizer.json.
 * @param long the length, in UTF-16 units, above which a text is cut a piece at a time
 * @throws at one that is not known
 */
export function preTokenizer(config: unknown, long = LONG): PreTokenizer {
  const steps = stepsOf(config);
  return (text, isFirst) =>
    text.length > long ? cutLong({ text, isFirst }, steps) : cutShort({ text, isFirst }, steps);
}

function cutShort(whole: Part, steps: readonly Step[]): string[] {
  let parts: Part[] = [whole];
  for (const step of steps) {
    const next: Part[] = [];
    for (const part of parts) for (const cut of step(part)) if (cut !== undefined && cut.text !== '') next.push(cut);
    parts = next;
  }
  return parts.map((part) => part.text);
}

/** The same, each part through all steps before the next one, so that nothing waits for the end of the text. */
function* cutLong(part: Part, [step, ...steps]: readonly Step[]): Generator<string | undefined> {
  if (step === undefined) {
    yield part.text;
    return;
  }
  for (const cut of step(part)) {
    if (cut === undefined) yield undefined;
    else if (cut.text !== '') yield* cutLong(cut, steps);
  }
}

// As in the original: by Unicode, of which JavaScript's \w, \d and \s have only parts, and \s has U+FEFF too much.
const SPACE = /\p{White_Space}/gu;
const NUMERAL = /\p{N}/gu;
const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/gu;
const WORD =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;
const GPT2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

function stepsOf(config: unknown): Step[] {
  if (!isJsonObject(config)) return [];
  switch (config.type) {
    case 'Sequence':
      return Array.isArray(config.pretokenizers) ? config.pretokenizers.flatMap(stepsOf) : [];
    case 'Split':
      return [cutting(patternOf(config), behaviourOf(config.behavior), config.invert === true)];
    case 'Punctuation':
      return [cutting(PUNCTUATION, behaviourOf(config.behavior ?? 'Isolated'))];
    case 'Digits':
      return [cutting(NUMERAL, config.individual_digits === true ? 'Isolated' : 'Contiguous')];
    case 'Whitespace':
      return [cutting(WORD, 'Removed', true)];
    case 'WhitespaceSplit':
      return [cutting(SPACE, 'Removed')];
    case 'BertPreTokenizer':
      return [cutting(SPACE, 'Removed'), cutting(PUNCTUATION, 'Isolated')];
    case 'Metaspace':
      return metaspace(config);
    case 'ByteLevel':
      return byteLevel(config);
    case 'FixedLength':
      return [cutting(new RegExp(`.{1,${Number(config.length ?? 5)}}`, 'gsu'), 'Isolated')];
    default:
      throw new Error(`Unknown PreTokenizer type: ${String(config.type)}`);
  }
}

function byteLevel({ add_prefix_space, use_regex }: JsonObject): Step[] {
  const prefixed: Step = (part) => [part.text.startsWith(' ') ? part : { ...part, text: ` ${part.text}` }];
  return [
    ...(add_prefix_space === true ? [prefixed] : []),
    ...(use_regex === false ? [] : [cutting(GPT2, 'Isolated')]),
    inLetters,
  ];
}

/** A piece at a time, no letter of which is cut in two. */
function* inLetters(part: Part): Generator<Part | undefined> {
  let text = '';
  for (let at = 0; at < part.text.length; ) {
    const end = at + LONG;
    const isCut = end < part.text.length && part.text.codePointAt(end - 1)! > 0xffff;
    const piece = part.text.slice(at, isCut ? end + 1 : end);
    text += lettersOfBytes(piece);
    at += piece.length;
    if (at < part.text.length) yield undefined;
  }
  yield { ...part, text };
}

function metaspace({ replacement, prepend_scheme = 'always', add_prefix_space, split }: JsonObject): Step[] {
  const space = typeof replacement === 'string' ? replacement : '\u2581';
  // As in the original, to which it is a letter.
  if ([...space].length !== 1) throw new Error(`The replacement of a Metaspace is not one letter: ${space}`);
  const scheme = add_prefix_space === false ? 'never' : prepend_scheme;
  const replaced: Step = (part) => {
    const text = part.text.replaceAll(' ', () => space);
    const isPrefixed = !text.startsWith(space) && (scheme === 'always' || (scheme === 'first' && part.isFirst));
    return [{ ...part, text: isPrefixed ? space + text : text }];
  };
  return split === false ? [replaced] : [replaced, cutting(textPattern(space), 'MergedWithNext')];
}

function patternOf({ pattern }: JsonObject): RegExp {
  if (isJsonObject(pattern) && typeof pattern.String === 'string') return textPattern(pattern.String);
  // The library knows how to say an expression of Oniguruma in JavaScript.
  const found = isJsonObject(pattern) && typeof pattern.Regex === 'string' ? compiled(pattern.Regex) : null;
  if (found === null) throw new Error('Unknown pattern of a Split');
  return found;
}

function compiled(source: string): RegExp | null {
  return new SplitPreTokenizer({ type: 'Split', pattern: { Regex: source }, behavior: 'Isolated', invert: false })
    .pattern;
}

function textPattern(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu');
}

const BEHAVIOURS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const;
type Behaviour = (typeof BEHAVIOURS)[number];

function behaviourOf(name: unknown): Behaviour {
  const found = BEHAVIOURS.find((behaviour) => behaviour === name);
  if (found === undefined) throw new Error(`Unknown behavior of a pre-tokenizer: ${String(name)}`);
  return found;
}

/** From one place to another, and whether it is what a pattern is for. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly isFound: boolean;
}

/** Cuts at what a pattern finds; with `inverted`, at what it does not find. */
function cutting(pattern: RegExp, behaviour: Behaviour, inverted = false): Step {
  return function* (whole) {
    for (const range of JOINED[behaviour](rangesOf(whole.text, pattern, inverted))) {
      yield range && partOf(whole, range);
    }
  };
}

function partOf({ text, isFirst }: Part, { from, to }: Range): Part {
  return { text: text.slice(from, to), isFirst: isFirst && from === 0 };
}

/** All of a text. A find of no length counts as one, as it does in the original. */
function* rangesOf(text: string, pattern: RegExp, inverted: boolean): Generator<Range | undefined> {
  let end = 0;
  let found = 0;
  for (const match of text.matchAll(pattern)) {
    // V8 finds what has no length (`$`) within a letter, too.
    if (match.index > 0 && text.codePointAt(match.index - 1)! > 0xffff) continue;
    if (end < match.index) yield { from: end, to: match.index, isFound: inverted };
    end = match.index + match[0].length;
    yield { from: match.index, to: end, isFound: !inverted };
    found += 1;
    if (found % RANGES === 0) yield undefined;
  }
  if (end < text.length) yield { from: end, to: text.length, isFound: inverted };
}

/** Finds between two pauses, since one word may be made of all. */
const RANGES = 500;

type Join = (ranges: Iterable<Range | undefined>) => Iterable<Range | undefined>;

const JOINED: Readonly<Record<Behaviour, Join>> = {
  *Removed(ranges) {
    for (const range of ranges) if (range?.isFound !== true) yield range;
  },
  Isolated: (ranges) => ranges,
  Contiguous: (ranges) => joined(ranges, (range, before) => range.isFound === before.isFound),
  // Of several finds behind each other only the first goes with the text beside them.
  MergedWithPrevious: (ranges) => joined(ranges, (range, before) => range.isFound && !before.isFound),
  MergedWithNext: (ranges) => joined(ranges, (range, before) => before.isFound && !range.isFound),
};

/** Neighbours made one where `belongs` says so of them. */
function* joined(
  ranges: Iterable<Range | undefined>,
  belongs: (range: Range, before: Range) => boolean,
): Generator<Range | undefined> {
  let last: Range | undefined;
  let before: Range | undefined;
  for (const range of ranges) {
    if (range === undefined) {
      yield undefined;
      continue;
    }
    if (last !== undefined && before !== undefined && belongs(range, before)) last = { ...last, to: range.to };
    else {
      if (last !== undefined) yield last;
      last = range;
    }
    before = range;
  }
  if (last !== undefined) yield last;
}
