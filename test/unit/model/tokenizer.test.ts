import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTokenizer, parseTokenizer, type Tokenizer } from '../../../model/src/tokenizer.ts';
import { tinyTokenizer } from './tiny-folder.ts';

const bytesOf = (json: object | string) => Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));

function open(json: object, extras: object = {}): Tokenizer {
  const result = parseTokenizer({ tokenizer: bytesOf(json), ...extras });
  if (result.kind === 'broken') throw new Error(result.problem);
  return result.tokenizer;
}

const tiny = open(tinyTokenizer());

test('text becomes ids and the ids become the text', () => {
  expect(tiny.encode('he!')).toEqual([258, '!'.charCodeAt(0)]);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      // A lone half of a surrogate pair is no text; UTF-8 cannot hold it.
      fc.pre(!/\p{Surrogate}/u.test(text));
      expect(tiny.decode(tiny.encode(text))).toBe(text);
    }),
  );
});

test('spaces before punctuation stay', () => {
  expect(tiny.decode(tiny.encode(" a , b . do n't"))).toBe(" a , b . do n't");
});

describe('the text of a special token in data', () => {
  test.each(['<|end|>', 'a<|end|>b', '<|end|><|start|>', '<|<|end|>|>'])('%s stays text', (text) => {
    const ids = tiny.encode(text);
    expect(ids.filter((id) => tiny.isSpecial(id))).toEqual([]);
    expect(tiny.decode(ids)).toBe(text);
  });

  test('stays text where the vocabulary itself would match it', () => {
    // A Unigram vocabulary lists its control tokens beside the words.
    const json = {
      added_tokens: [{ id: 1, content: '</s>', special: true }],
      normalizer: null,
      pre_tokenizer: null,
      decoder: null,
      model: {
        type: 'Unigram',
        unk_id: 0,
        vocab: [
          ['<unk>', 0],
          ['</s>', 0],
          ['a', -1],
          ['<', -2],
          ['/', -2],
          ['s', -2],
          ['>', -2],
        ],
      },
    };
    const unigram = open(json);
    expect(unigram.encode('a</s>a')).toEqual([2, 3, 4, 5, 6, 2]);
    expect(unigram.encodeSpecial('a</s>a')).toEqual([2, 1, 2]);
  });

  test('is the token where we ask for it', () => {
    expect(tiny.encodeSpecial('<|start|>he<|end|>')).toEqual([257, 258, 256]);
    expect(tiny.decode([257, 258, 256])).toBe('he');
  });
});

test('the longer of two special tokens wins', () => {
  expect(open(tinyTokenizer({ '<a>': 260, '<a>>': 261 })).encodeSpecial('<a>><a>')).toEqual([261, 260]);
});

test('ids that are not in the vocabulary are left out of the text', () => {
  expect(tiny.decode([258, 99_999])).toBe('he');
  expect(tiny.decode([])).toBe('');
});

test('tokens have names and ids', () => {
  expect(tiny.tokenId('<|end|>')).toBe(256);
  expect(tiny.tokenText(256)).toBe('<|end|>');
  expect(tiny.tokenId('he')).toBe(258);
  expect(tiny.tokenText(32)).toBe('Ġ');
  expect(tiny.tokenId('nowhere')).toBeUndefined();
  expect(tiny.tokenText(5000)).toBeUndefined();
  expect(tiny.vocabSize).toBe(259);
});

test('begin and end come from the tokeniser where it names them, else from the model', () => {
  const both = { bosId: 5, eosId: 6 };
  expect(open(tinyTokenizer(), both)).toMatchObject(both);
  expect(open(tinyTokenizer(), { ...both, config: { eos_token: '<|end|>' } })).toMatchObject({ bosId: 5, eosId: 256 });
  expect(open(tinyTokenizer(), { ...both, specialTokensMap: { bos_token: { content: '<|start|>' } } })).toMatchObject({
    bosId: 257,
    eosId: 6,
  });
  expect(tiny.eosId).toBeUndefined();
});

test('the hash is that of the file', () => {
  expect(tiny.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(open(tinyTokenizer({ '<|end|>': 256 })).hash).not.toBe(tiny.hash);
});

test('a large file is read with pauses, into the same tokeniser', async () => {
  const words = Array.from({ length: 50_000 }, (_, i) => `ord${i}`);
  const json = {
    ...tinyTokenizer(),
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(['o', 'r', 'd', 'or', 'ord', ...words].map((word, id) => [word, id])),
      merges: [['o', 'r'], 'or d', ...words.map((word) => [word.slice(0, 3), word.slice(3)])],
    },
  };
  let pauses = 0;
  const result = await openTokenizer({ tokenizer: bytesOf(json) }, async () => {
    pauses += 1;
  });
  expect(pauses).toBeGreaterThan(0);
  const opened = result.kind === 'ok' ? result.tokenizer : tiny;
  expect(opened.encode('ord')).toEqual([4]);
  expect(opened.vocabSize).toBe(50_005);
  expect(opened.hash).toBe(open(json).hash);
});

describe('a malformed file is a problem that names it', () => {
  test.each([
    ['no JSON', '{', /tokenizer\.json is not valid JSON/],
    ['no model', '{}', /no 'model'/],
    ['no vocabulary', { model: {} }, /no 'model\.vocab'/],
    ['an empty vocabulary', { model: { type: 'BPE', vocab: {}, merges: [] } }, /empty/],
    ['an id that is none', { model: { vocab: { a: -1 } } }, /token 'a' the id -1/],
    ['an enormous id', { model: { vocab: { a: 4e9 } } }, /the id 4000000000/],
    ['an added token without an id', { ...tinyTokenizer(), added_tokens: [{ content: 'x' }] }, /added token/],
    ['an unknown kind of model', { ...tinyTokenizer(), model: { type: 'New', vocab: { a: 0 } } }, /type "New".*BPE/],
    ['BPE without merges', { ...tinyTokenizer(), model: { type: 'BPE', vocab: { a: 0 } } }, /no 'model\.merges'/],
    [
      'BPE with a prefix of inner parts',
      { ...tinyTokenizer(), model: { type: 'BPE', vocab: { a: 0 }, merges: [], continuing_subword_prefix: '##' } },
      /'model\.continuing_subword_prefix', which is not supported/,
    ],
  ])('%s', (_, json, message) => {
    const result = parseTokenizer({ tokenizer: bytesOf(json) });
    expect(result).toMatchObject({ kind: 'broken', problem: expect.stringMatching(message) });
  });
});

test('a file with random damage is a problem or a tokeniser, and never throws', () => {
  const whole = bytesOf({
    ...tinyTokenizer(),
    model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] },
  });
  const edit = fc.record({
    at: fc.nat(whole.byteLength - 1),
    byte: fc.constantFrom(...Buffer.from('0123456789[]{},:"ab-')),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const bytes = Uint8Array.from(whole);
      for (const { at, byte } of edits) bytes[at] = byte;
      const result = parseTokenizer({ tokenizer: bytes });
      if (result.kind === 'broken') expect(result.problem).toContain('tokenizer.json');
      else expect(result.tokenizer.vocabSize).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test('a long text has the same ids in steps, of which each is short', () => {
  for (const text of ['he '.repeat(5_000), 'he'.repeat(5_000), ' '.repeat(10_000), '<|start|>'.repeat(60_000)]) {
    for (const [encode, encoding] of [
      [tiny.encode, tiny.encoding!],
      [tiny.encodeSpecial, tiny.encodingSpecial!],
    ] as const) {
      const running = encoding(text);
      let steps = 0;
      let step = running.next();
      for (; !step.done; step = running.next()) steps += 1;
      expect(step.value).toEqual(encode(text));
      expect(steps).toBeGreaterThan(0);
    }
  }
});
