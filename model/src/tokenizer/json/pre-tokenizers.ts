import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { isJsonObject, type JsonObject } from '../../json.ts';
import { lettersOfBytes } from './byte-letters.ts';

/*
 * How a tokenizer.json cuts a text into words before its model sees them. The library's own cutting knows one way to treat what
 * a pattern found, takes ASCII digits and letters alone for such, and never cuts at spaces that were replaced; that gives other
 * tokens than the models were trained on.
 */

/** Cuts a text into words. `isFirst`: whether all of the text begins with it. */
export type PreTokenizer = (text: string, isFirst: boolean) => string[];

interface Part {
  readonly text: string;
  readonly isFirst: boolean;
}

type Step = (part: Part) => readonly Part[];

/**
 * The pre-tokeniser of a tokenizer.json.
 * @throws at one that is not known
 */
export function preTokenizer(config: unknown): PreTokenizer {
  const steps = stepsOf(config);
  return (text, isFirst) => {
    let parts: readonly Part[] = [{ text, isFirst }];
    for (const step of steps) parts = parts.flatMap(step).filter((part) => part.text !== '');
    return parts.map((part) => part.text);
  };
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
  const inLetters: Step = (part) => [{ ...part, text: lettersOfBytes(part.text) }];
  return [
    ...(add_prefix_space === true ? [prefixed] : []),
    ...(use_regex === false ? [] : [cutting(GPT2, 'Isolated')]),
    inLetters,
  ];
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
  return new RegExp(text === '' ? '(?!)' : text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'gu');
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
  return ({ text, isFirst }) =>
    JOINED[behaviour](rangesOf(text, pattern, inverted)).map(({ from, to }) => ({
      text: text.slice(from, to),
      isFirst: isFirst && from === 0,
    }));
}

/** All of a text. A find of no length counts as one, as it does in the original. */
function rangesOf(text: string, pattern: RegExp, inverted: boolean): Range[] {
  const ranges: Range[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (end < match.index) ranges.push({ from: end, to: match.index, isFound: inverted });
    end = match.index + match[0].length;
    ranges.push({ from: match.index, to: end, isFound: !inverted });
  }
  if (end < text.length) ranges.push({ from: end, to: text.length, isFound: inverted });
  return ranges;
}

const JOINED: Readonly<Record<Behaviour, (ranges: readonly Range[]) => readonly Range[]>> = {
  Removed: (ranges) => ranges.filter(({ isFound }) => !isFound),
  Isolated: (ranges) => ranges,
  Contiguous: (ranges) => joined(ranges, (range, before) => range.isFound === before.isFound),
  // Of several finds behind each other only the first goes with the text beside them.
  MergedWithPrevious: (ranges) => joined(ranges, (range, before) => range.isFound && !before.isFound),
  MergedWithNext: (ranges) => joined(ranges, (range, before) => before.isFound && !range.isFound),
};

/** Neighbours made one where `belongs` says so of them. */
function joined(ranges: readonly Range[], belongs: (range: Range, before: Range) => boolean): Range[] {
  const result: Range[] = [];
  for (const [i, range] of ranges.entries()) {
    const last = result.at(-1);
    const before = ranges[i - 1];
    if (last !== undefined && before !== undefined && belongs(range, before))
      result[result.length - 1] = { ...last, to: range.to };
    else result.push(range);
  }
  return result;
}
