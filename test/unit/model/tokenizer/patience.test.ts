import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { atOnce } from '../../../../model/src/tokenizer/in-slices.ts';
import { isQuick } from '../../../../model/src/tokenizer/json/quick-parts.ts';
import { Patience, TokenizerGivenUp } from '../../../../model/src/tokenizer/patience.ts';
import { readTokenizerFile } from '../../../../model/src/tokenizer/tokenizer-file.ts';
import { parseTokenizer, type Tokenizer, type TokenizerResult } from '../../../../model/src/tokenizer.ts';
import { tinyTokenizer } from '../tiny-model.ts';

// Each that is given up has its two seconds first.
vi.setConfig({ testTimeout: 30_000 });

/** Tries all of the ways to cut a row of letters before it finds that none will do. */
const ENDLESS = { Regex: '(a+)+$' };
const LETTERS = `${'a'.repeat(40)}!`;
const split = (pattern: object) => ({ type: 'Split', pattern, behavior: 'Isolated', invert: false });

function parse(changes: object): TokenizerResult {
  return parseTokenizer({ tokenizer: Buffer.from(JSON.stringify({ ...tinyTokenizer(), ...changes })), folder: 'far' });
}

function open(changes: object): Tokenizer {
  const result = parse(changes);
  if (result.kind === 'broken') throw new Error(result.problem);
  return result.tokenizer;
}

describe('a tokeniser that would work on a text without end', () => {
  test.each([
    ['cuts', { pre_tokenizer: split(ENDLESS) }],
    ['replaces', { normalizer: { type: 'Replace', pattern: ENDLESS, content: '' } }],
  ])('is given up where it %s by an expression', (_, changes) => {
    const tokenizer = open(changes);
    expect(tokenizer.encode('he')).toHaveLength(1);
    expect(tokenizer.givenUp?.()).toBeUndefined();
    expect(() => tokenizer.encode(LETTERS)).toThrow(TokenizerGivenUp);
    const reason = 'model folder far: tokenizer.json is not used any more, as it took more than 2.02 s over a text';
    expect(tokenizer.givenUp?.()).toBe(reason);
    // As slow as before, and what was stopped may have left anything behind.
    expect(() => tokenizer.encode('he')).toThrow(reason);
    expect(() => tokenizer.encodeSpecial('he')).toThrow(reason);
    expect(() => tokenizer.decode([1])).toThrow(reason);
  });

  test('is given up at the step that does not end', () => {
    const tokenizer = open({ pre_tokenizer: split(ENDLESS) });
    const steps = tokenizer.encoding!(`${'b'.repeat(5000)}${LETTERS}`);
    expect(() => atOnce(steps)).toThrow(TokenizerGivenUp);
    expect(() => tokenizer.encoding!('he').next()).toThrow(TokenizerGivenUp);
  });

  test('is given up where each of its steps ends, but all of them do not', () => {
    const patience = new Patience('tokenizer.json');
    function* dawdling(): Generator<void, never> {
      const letters = 'a'.repeat(24);
      while (true) {
        /(a+)+$/.test(`${letters}!`);
        yield;
      }
    }
    expect(() => atOnce(patience.through(1, dawdling()))).toThrow(TokenizerGivenUp);
  });

  test('is given up where it decodes', () => {
    const tokens = { [LETTERS]: 270 };
    const json = tinyTokenizer() as { model: { vocab: object } };
    const model = { ...json.model, vocab: { ...json.model.vocab, ...tokens } };
    const tokenizer = open({ model, decoder: { type: 'Replace', pattern: ENDLESS, content: '' } });
    expect(() => tokenizer.decode([270])).toThrow('took more than');
  });

  test('is a broken one where that is so of its own tokens', () => {
    const added = { id: 259, content: LETTERS, special: false, normalized: true };
    expect(
      parse({ added_tokens: [added], normalizer: { type: 'Replace', pattern: ENDLESS, content: '' } }),
    ).toMatchObject({ kind: 'broken', problem: expect.stringMatching(/^tokenizer\.json is not used any more/) });
  });
});

describe('a tokeniser that would make a text endless', () => {
  const doubling = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
  test.each([
    ['a little, often', { type: 'Sequence', normalizers: Array.from({ length: 40 }, () => doubling) }],
    ['much at once', { type: 'Replace', pattern: { String: 'a' }, content: 'a'.repeat(1e6) }],
    ['at every place', { type: 'Replace', pattern: { String: '' }, content: 'a'.repeat(1e6) }],
  ])('is given up: %s', (_, normalizer) => {
    const tokenizer = open({ normalizer });
    expect(() => tokenizer.encode('a'.repeat(1000))).toThrow('makes texts many times as long');
  });

  test('is a broken one where a letter is a text to it', () => {
    const metaspace = { type: 'Metaspace', replacement: 'a'.repeat(1e6), prepend_scheme: 'never' };
    expect(parse({ pre_tokenizer: metaspace }).kind).toBe('broken');
  });
});

test('a long text is given its time', () => {
  const tokenizer = open({});
  expect(tokenizer.encode('a'.repeat(1_000_000))).toHaveLength(1_000_000);
  expect(tokenizer.givenUp?.()).toBeUndefined();
});

test('what fails at a text is given up with its reason', () => {
  const patience = new Patience('tokenizer.json');
  const fails = () => {
    throw new RangeError('Invalid string length');
  };
  const reason = 'tokenizer.json cannot be used: a part of it is not of the form that it should have, or is too large';
  expect(() => patience.over(undefined, fails)).toThrow(reason);
  expect(() => patience.over(undefined, () => 1)).toThrow(reason);
});

test('blanks at the end of a text are looked at once each', () => {
  const strip = { type: 'Strip', strip_left: false, strip_right: true };
  const text = `${' '.repeat(300_000)}.`;
  expect(open({ normalizer: strip }).encode(text).length).toBeGreaterThan(1);
});

describe('for the clock, which takes longer than a short text does, there is no need', () => {
  const FOLDER = path.resolve(import.meta.dirname, '../../../golden/tokenisers');
  const partsOf = (bytes: Uint8Array) => atOnce(readTokenizerFile(bytes));
  const usual = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
    (file) => path.basename(file) === 'tokenizer.json',
  );

  test.each(usual)('%s', (file) => {
    expect(isQuick(partsOf(readFileSync(path.join(FOLDER, file))))).toBe(true);
  });

  test.each([
    ['an expression that is not known', { pre_tokenizer: split({ Regex: 'a|b' }) }],
    [
      'one that is deep inside',
      { normalizer: { type: 'Sequence', normalizers: [{ type: 'Replace', pattern: ENDLESS }] } },
    ],
    ['one for decoding', { decoder: { type: 'Replace', pattern: ENDLESS, content: '' } }],
    ['a text that grows', { normalizer: { type: 'Replace', pattern: { String: 'a' }, content: 'aa' } }],
    ['many parts', { normalizer: { type: 'Sequence', normalizers: Array(1000).fill({ type: 'NFC' }) } }],
    ['an end of words that is everywhere', { decoder: { type: 'BPEDecoder', suffix: '' } }],
    ['a long end of words', { model: { vocab: { a: 1 }, merges: [], end_of_word_suffix: 'a'.repeat(1e5) } }],
    ['a long token', { added_tokens: [{ id: 259, content: 'a'.repeat(1e5) }] }],
    ['long words', { model: { type: 'WordPiece', vocab: { a: 1 }, max_input_chars_per_word: 1e6 } }],
  ])('but there is for %s', (_, changes) => {
    expect(isQuick(partsOf(Buffer.from(JSON.stringify({ ...tinyTokenizer(), ...changes }))))).toBe(false);
  });
});
