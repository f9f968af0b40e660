import { describe, expect, test } from 'vitest';
import { preTokenizer } from '../../../../model/src/tokenizer/json/pre-tokenizers.ts';
import { parseTokenizer, type Tokenizer } from '../../../../model/src/tokenizer.ts';
import { charsMapOf } from '../sentencepiece-model.ts';

/*
 * Parts of a tokenizer.json that the golden models do not have, or that their texts do not show. What is expected is what
 * tokenizers 0.23 gives.
 */

const letters = Object.fromEntries([...'abc <>.\u2581x'].map((letter, id) => [letter, id]));

function open(json: object, model: object = {}, config: object = {}): Tokenizer {
  const tokenizer = Buffer.from(
    JSON.stringify({ added_tokens: [], ...json, model: { type: 'BPE', vocab: letters, merges: [], ...model } }),
  );
  const result = parseTokenizer({ tokenizer, config: { ...config } });
  if (result.kind === 'broken') throw new Error(result.problem);
  return result.tokenizer;
}

const split = (behavior: string, invert: boolean) => ({ type: 'Split', pattern: { String: ' ' }, behavior, invert });
const metaspace = (prepend_scheme: string, split = true) => ({
  type: 'Metaspace',
  replacement: '\u2581',
  prepend_scheme,
  split,
});
const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });

/** The words of a text, cut at once; they must be the same when it is cut a piece at a time. */
function wordsOf(config: unknown, text: string): string {
  const [atOnce, inPieces] = [Number.POSITIVE_INFINITY, 0].map((long) =>
    [...preTokenizer(config, long)(text, true)].filter((word) => word !== undefined).join('|'),
  );
  expect(inPieces).toBe(atOnce);
  return atOnce!;
}

describe('a text is cut into words', () => {
  test.each([
    ['Removed', false, 'en|katt,|å'],
    ['Removed', true, ' | | '],
    ['Isolated', false, 'en| | |katt,| |å'],
    ['Isolated', true, 'en| | |katt,| |å'],
    ['MergedWithPrevious', false, 'en | |katt, |å'],
    ['MergedWithPrevious', true, 'en| | katt,| å'],
    ['MergedWithNext', false, 'en| | katt,| å'],
    ['MergedWithNext', true, 'en | |katt, |å'],
    ['Contiguous', false, 'en|  |katt,| |å'],
    ['Contiguous', true, 'en|  |katt,| |å'],
  ])('at blanks, %s, inverted: %s', (behavior, invert, words) => {
    expect(wordsOf(split(behavior, invert), 'en  katt, å')).toBe(words);
  });

  test.each([
    ['each sign by itself', { type: 'Punctuation' }, 'a, b...', 'a|,| b|.|.|.'],
    ['signs together', { type: 'Punctuation', behavior: 'Contiguous' }, 'a, b...', 'a|,| b|...'],
    ['all numerals, one by one', { type: 'Digits', individual_digits: true }, 'x²१२ 34', 'x|²|१|२| |3|4'],
    ['all numerals', { type: 'Digits', individual_digits: false }, 'x²१२ 34', 'x|²१२| |34'],
    ['words in all alphabets', { type: 'Whitespace' }, 'Åsa åt\x85snö_1!?', 'Åsa|åt|snö_1|!?'],
    ['U+0085 is blank, U+FEFF is not', { type: 'WhitespaceSplit' }, '\ufeffa\x85b c', '\ufeffa|b|c'],
    ['as BERT', { type: 'BertPreTokenizer' }, 'Åsa, åt!?', 'Åsa|,|åt|!|?'],
    ['as GPT-2', { type: 'ByteLevel' }, 'a  \ufeff! \x85b', 'a|Ġ|Ġï»¿!|Ġ|Âħ|b'],
    ['by length', { type: 'FixedLength', length: 2 }, 'a😀bcd', 'a😀|bc|d'],
    ['a space for each text', metaspace('always'), 'en katt  å', '▁en|▁katt|▁|▁å'],
    ['a space for the first', metaspace('first'), 'en katt', '▁en|▁katt'],
    ['no space', metaspace('never'), 'en katt', 'en|▁katt'],
    ['spaces do not cut', metaspace('always', false), 'en katt  å', '▁en▁katt▁▁å'],
    ['only the very first', sequence({ type: 'WhitespaceSplit' }, metaspace('first')), 'en katt', '▁en|katt'],
    ['at each letter', { ...split('Isolated', false), pattern: { String: '' } }, 'a😀-b', 'a|😀|-|b'],
    [
      'at a sign that has a meaning in expressions',
      { ...split('Isolated', false), pattern: { String: '-' } },
      'a-b',
      'a|-|b',
    ],
    ['at the end', { ...split('Isolated', false), pattern: { Regex: '$' } }, 'a😀', 'a😀'],
    ['not behind a blank', sequence({ type: 'WhitespaceSplit' }, metaspace('first')), ' en katt', 'en|katt'],
  ])('%s', (_, config, text, words) => {
    expect(wordsOf(config, text)).toBe(words);
  });

  test.each([
    [{ type: 'UnicodeScripts' }],
    [split('New', false)],
    [{ type: 'Split', pattern: {}, behavior: 'Isolated' }],
  ])('what is not known is refused: %o', (pre_tokenizer) => {
    const tokenizer = Buffer.from(JSON.stringify({ pre_tokenizer, model: { vocab: letters, merges: [] } }));
    expect(parseTokenizer({ tokenizer })).toMatchObject({
      kind: 'broken',
      problem: expect.stringMatching(/^tokenizer\.json cannot be used: Unknown .*(UnicodeScripts|New|Split)$/),
    });
  });
});

describe('added tokens', () => {
  const unknown = { unk_token: '<unk>', vocab: { ...letters, '<unk>': 20 } };
  const withAdded = (...added: [content: string, options?: object][]) =>
    added.map(([content, options], i) => ({ id: 30 + i, content, normalized: false, special: false, ...options }));

  test('may be words only', () => {
    const json = { added_tokens: withAdded(['ab', { single_word: true }]) };
    expect(open(json, unknown).encode('ab xab ab. abå')).toEqual([30, 3, 8, 0, 1, 3, 30, 6, 3, 0, 1, 20]);
  });

  test('take blanks beside them as far as no other token has them', () => {
    const json = { added_tokens: withAdded(['<c>', { lstrip: true }], ['<b>', { rstrip: true }], ['  ']) };
    expect(open(json, unknown).encode('a  <c>  <b>  a')).toEqual([0, 32, 30, 32, 31, 32, 0]);
  });

  test('of blanks are none where the token in front has them', () => {
    const json = { added_tokens: withAdded(['<b>', { rstrip: true }], [' ', { lstrip: true }]) };
    expect(open(json, unknown).encode('a<b> b  c')).toEqual([0, 30, 1, 31, 31, 2]);
  });

  test('that are not normalised are found first', () => {
    const json = { added_tokens: withAdded(['bc'], ['ab', { normalized: true }]) };
    expect(open(json, unknown).encode('abc')).toEqual([0, 30]);
  });

  test('that are normalised end what stands first', () => {
    const json = { added_tokens: withAdded(['<c>', { normalized: true }]), pre_tokenizer: metaspace('first', false) };
    expect(open({ ...json, normalizer: { type: 'NFC' } }, unknown).encode('a<c>b')).toEqual([7, 0, 30, 1]);
  });

  test('special ones are text in data, also where the vocabulary has unknown letters', () => {
    const json = { added_tokens: withAdded(['<unk>', { id: 20, special: true }], ['<b>', { special: true }]) };
    const tokenizer = open({ ...json, pre_tokenizer: metaspace('first', false) }, unknown);
    expect(tokenizer.encode('å<b>')).toEqual([7, 20, 4, 1, 5]);
    expect(tokenizer.encodeSpecial('å<b>')).toEqual([7, 20, 31]);
  });
});

test.each(['BertProcessing', 'RobertaProcessing'])('%s puts tokens around every text', (type) => {
  const added_tokens = ['<s>', '</s>'].map((content, i) => ({ id: 30 + i, content, special: true }));
  const post_processor = { type, cls: ['<s>', 30], sep: ['</s>', 31], trim_offsets: true, add_prefix_space: false };
  const config = { bos_token: '<s>', eos_token: '</s>' };
  expect(open({ added_tokens, post_processor }, {}, config)).toMatchObject({ addsBos: true, addsEos: true });
});

test('a template that is none is refused', () => {
  const post_processor = { type: 'TemplateProcessing', single: '<s> $A', pair: '$A $B', special_tokens: {} };
  expect(() => open({ post_processor })).toThrow(
    'tokenizer.json cannot be used: A TemplateProcessing without a template',
  );
});

describe('letters without a token', () => {
  test('are left out before anything is merged, where there is none for the unknown', () => {
    const model = { vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] };
    expect(open({}, model).encode('aåb')).toEqual([2]);
  });

  test('are left out before the last one has its suffix', () => {
    const model = { vocab: { a: 0, b: 1, ab: 2, 'b</w>': 3 }, merges: [['a', 'b']], end_of_word_suffix: '</w>' };
    expect(['aåb', 'abå', 'åbb'].map((text) => open({}, model).encode(text))).toEqual([[0, 3], [2], [1, 3]]);
  });

  test('are left out where some bytes have tokens, but not theirs', () => {
    const vocab = { a: 0, b: 1, ab: 2, '<unk>': 3, '<0xC3>': 4, '<0xA5>': 5 };
    const model = { vocab, merges: [['a', 'b']], byte_fallback: true };
    expect(open({}, model).encode('aébåc')).toEqual([2, 4, 5]);
    expect(open({}, { ...model, unk_token: '<unk>' }).encode('aéåb')).toEqual([0, 4, 5, 3, 1]);
  });

  test('are one token in a word, and another in the next', () => {
    const model = { vocab: { ...letters, '<unk>': 20 }, unk_token: '<unk>', fuse_unk: true };
    expect(open({ pre_tokenizer: { type: 'Punctuation' } }, model).encode('åä!ö')).toEqual([20, 20, 20]);
  });
});

test('WordPiece takes the longest piece, and a word as a whole is unknown', () => {
  const pieces = ['[UNK]', 'a', '##b', '##bc', 'c', '[CLS]', '[', '##C', '##L', '##S', '##]', '##CLS]'];
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const model = { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 5 };
  const added_tokens = [{ id: 5, content: '[CLS]', special: true }];
  const tokenizer = open({ pre_tokenizer: { type: 'WhitespaceSplit' }, added_tokens }, { ...model, vocab });
  expect(tokenizer.encode('abc ab c abx cbbbb cbbbbb')).toEqual([1, 3, 1, 2, 4, 0, 4, 2, 2, 2, 2, 0]);
  expect(tokenizer.encodeSpecial('a[CLS]')).toEqual([1, 5]);
  expect(tokenizer.encode('[CLS]')).toEqual([6, 0, 0, 0, 0]);
});

describe('a unigram model', () => {
  const bytes = [0xc3, 0xa5].map((byte) => [`<0x${byte.toString(16).toUpperCase()}>`, -9]);
  const vocab = [['<unk>', 0], ['a', -1], ['</s>', 0], ...bytes, ['b', -1]];
  const added_tokens = [
    { id: 2, content: '</s>', special: true },
    { id: 9, content: '<x>', special: true },
    { id: 10, content: 'bb', special: false },
  ];

  test('may have bytes for what is unknown', () => {
    const model = { type: 'Unigram', unk_id: 0, vocab, byte_fallback: true };
    expect(open({}, model).encode('aåb')).toEqual([1, 3, 4, 5]);
    // One of the letters has no bytes here, so that both are unknown.
    expect(open({}, model).encode('aåäb')).toEqual([1, 0, 5]);
    expect(open({}, { ...model, byte_fallback: false }).encode('aåb')).toEqual([1, 0, 5]);
  });

  test('reckons with 64 bits', () => {
    const scored = [
      ['<unk>', 0],
      ['a', -1],
      ['b', -1],
      ['ab', -2.000_000_01],
    ];
    expect(open({}, { type: 'Unigram', unk_id: 0, vocab: scored }).encode('ab')).toEqual([1, 2]);
  });

  test('may have bytes for any number of unknown letters', () => {
    const bytes = ['C3', 'A5'].map((byte) => [`<0x${byte}>`, -9]);
    const model = { type: 'Unigram', unk_id: 0, vocab: [['<unk>', 0], ...bytes], byte_fallback: true };
    expect(open({}, model).encode('å'.repeat(100_000))).toHaveLength(200_000);
  });

  test('may have tokens behind its vocabulary', () => {
    const tokenizer = open({ added_tokens }, { type: 'Unigram', unk_id: 0, vocab });
    expect(tokenizer.encode('abbb</s>')).toEqual([1, 10, 5, 0]);
    expect(tokenizer.encodeSpecial('a<x></s>')).toEqual([1, 9, 2]);
    expect(tokenizer.decode([1, 10])).toBe('a bb');
  });
});

describe('a text is normalised', () => {
  const normalised = (normalizer: object, text: string): string => {
    const vocab = Object.fromEntries([..."αβσς åasbit'$&_\ufeff\x85𠀀"].map((letter, id) => [letter, id]));
    const tokenizer = open({ normalizer }, { vocab });
    return tokenizer
      .encode(text)
      .map((id) => tokenizer.tokenText(id))
      .join('');
  };

  test.each([
    ['a sigma at the end as elsewhere', { type: 'Lowercase' }, 'ΑΣ Åsa', 'ασ åsa'],
    ['U+FEFF is no blank', { type: 'Strip', strip_left: true, strip_right: true }, '\ufeff \x85a\x85', '\ufeff \x85a'],
    ['a text in place of another', { type: 'Replace', pattern: { String: "'" }, content: '$&$' }, "it's", 'it$&$s'],
    [
      'as BERT',
      { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
      'Å𠀀\0ΑΣ\tb',
      'a 𠀀 ασ b',
    ],
  ])('%s', (_, normalizer, text, expected) => {
    expect(normalised(normalizer, text)).toBe(expected);
  });

  test('by the rules of a SentencePiece model, a letter with its marks at once', () => {
    const rules = Buffer.from(charsMapOf('x', 'ab')).toString('base64');
    const normalizer = { type: 'Precompiled', precompiled_charsmap: rules };
    // Nothing that other models have rules for: U+0085 and U+FEFF stay.
    expect(normalised(normalizer, 'x\x85\ufeff')).toBe('ab\x85\ufeff');
    expect(normalised(normalizer, 'x\u0301s')).toBe('abs');
    expect(normalised(normalizer, `${'s'.repeat(2000)}x`)).toBe(`${'s'.repeat(2000)}ab`);
  });
});

describe('tokens become text', () => {
  test('those that are normalised as they stand in texts', () => {
    const added_tokens = ['<B>', '<C>'].map((content, i) => ({
      id: 30 + i,
      content,
      normalized: i === 0,
      special: false,
    }));
    const json = { added_tokens, normalizer: { type: 'Lowercase' }, decoder: { type: 'Fuse' } };
    expect(open(json).decode([0, 30, 31])).toBe('a<b><C>');
  });

  const decoded = (decoder: object, tokens: string[]): string => {
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
    return open({ decoder }, { vocab }).decode(tokens.map((_, id) => id));
  };

  test.each([
    ['bytes, and what is none', { type: 'ByteLevel' }, ['Ã', '¥', '<a b>'], 'å<a b>'],
    ['bytes of U+FEFF, which is a letter', { type: 'ByteLevel' }, ['ï»¿', 'a'], '\ufeffa'],
    ['bytes of it in a row', { type: 'ByteFallback' }, ['<0xEF>', '<0xBB>', '<0xBF>', 'a'], '\ufeffa'],
    ['words in pieces', { type: 'WordPiece', prefix: '##', cleanup: true }, ['a', '##b', 'c', '.'], 'ab c.'],
    ['pieces without a sign', { type: 'WordPiece', prefix: '', cleanup: true }, ['a', 'b', ' .'], 'ab.'],
    ['without spaces in front', metaspace('always'), ['▁▁a▁', '▁b'], 'a b'],
    ['with spaces in front', metaspace('never'), ['▁▁a▁', '▁b'], '  a  b'],
    ['bytes in a row', { type: 'ByteFallback' }, ['<0x41>', '<0xFF>', 'a', '<0xC3>', '<0xA5>'], '\ufffd\ufffdaå'],
    ['a text in place of another', { type: 'Replace', pattern: { String: 'x' }, content: '$&' }, ['axb'], 'a$&b'],
  ])('%s', (_, decoder, tokens, text) => {
    expect(decoded(decoder, tokens)).toBe(text);
  });

  test('not those of speech', () => {
    const ctc = { type: 'CTC', pad_token: '<pad>', word_delimiter_token: '|', cleanup: true };
    expect(() => open({ decoder: { type: 'Sequence', decoders: [ctc] } })).toThrow('Unknown Decoder type: CTC');
  });
});
