import type { JsonObject } from '../../json.ts';
import { atOnce } from '../in-slices.ts';
import { AddedTokens } from '../json/added-tokens.ts';
import { LONGEST_TOKEN, type PlainTokenizer } from '../plain-tokenizer.ts';
import type { AddedToken } from '../tokenizer-file.ts';
import { prepareForGptSw3 } from './gpt-sw3.ts';
import { KIND, readModelProto } from './model-proto.ts';
import { SentencePiece } from './sentencepiece.ts';

/**
 * The tokeniser of a SentencePiece model, with what the class in tokenizer_config.json does beside it.
 *
 * @param beside tokens that other files add to those of the model, or say more of
 * @throws UnusableTokenizer
 */
export function* sentencePieceTokenizer(
  bytes: Uint8Array,
  config: JsonObject,
  beside: readonly AddedToken[],
): Generator<void, PlainTokenizer> {
  const model = yield* SentencePiece.of(yield* readModelProto(bytes));
  const special = new Map<string, number>();
  const added = new Map<string, number>();
  for (const [id, { text, kind }] of model.pieces.entries()) {
    if (kind === KIND.control || kind === KIND.unknown) special.set(text, id);
  }
  for (const token of beside) (token.special === true ? special : added).set(token.content, token.id);
  const described = new Map(beside.map((token) => [token.content, token]));
  const all = new Map([...added, ...special]);
  const texts = new Map([...all].map(([text, id]) => [id, text]));

  const beginsWithBos = /^(Llama|CodeLlama|Gemma)Tokenizer/.test(String(config.tokenizer_class));
  const isGptSw3 = config.tokenizer_class === 'GPTSw3Tokenizer';
  const idsOf = (text: string) => model.encoding(isGptSw3 ? prepareForGptSw3(text) : text);
  function* encoder(tokens: ReadonlyMap<string, number>): Generator<void, (text: string) => Generator<void, number[]>> {
    const found = [...tokens].map(([content, id]) => ({ ...described.get(content), content, id }));
    const cutter = yield* AddedTokens.of(found, [...tokens.keys()]);
    return function* (text) {
      const ids: number[] = [];
      for (const section of yield* cutter.cut(text, false)) {
        if (section.kind === 'token') ids.push(section.id);
        else for (const id of yield* idsOf(section.text)) ids.push(id);
      }
      return ids;
    };
  }
  const [encoding, encodingSpecial] = [yield* encoder(added), yield* encoder(all)];
  return {
    encode: (text) => atOnce(encoding(text)),
    encodeSpecial: (text) => atOnce(encodingSpecial(text)),
    encoding,
    encodingSpecial,
    decode: (ids) =>
      runsOf(ids, (id) => texts.has(id))
        .map((run) => texts.get(run[0]!) ?? model.decode(run))
        .join(''),
    tokenId: (token) => all.get(token) ?? model.id(token),
    tokenText: (id) => texts.get(id) ?? model.pieces[id]?.text,
    special,
    size: [...all.values()].reduce((size, id) => Math.max(size, id + 1), model.pieces.length),
    around: { front: beginsWithBos ? idOfFirst(special) : [] },
    named: isGptSw3 ? { bos: '<s>', eos: '<|endoftext|>' } : {},
    isQuick: [...all.keys(), ...model.pieces.map(({ text }) => text)].every(({ length }) => length <= LONGEST_TOKEN),
  };
}

function idOfFirst(special: ReadonlyMap<string, number>): number[] {
  const id = special.get('<s>') ?? special.get('<bos>');
  return id === undefined ? [] : [id];
}

/** The list cut around each id that stands alone. */
function runsOf(ids: readonly number[], isAlone: (id: number) => boolean): number[][] {
  const runs: number[][] = [];
  let isOpen = false;
  for (const id of ids) {
    if (isOpen && !isAlone(id)) runs.at(-1)!.push(id);
    else runs.push([id]);
    isOpen = !isAlone(id);
  }
  return runs;
}
