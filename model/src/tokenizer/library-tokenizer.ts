import { BPE, Tokenizer as Library, Unigram } from '@huggingface/tokenizers';
import type { JsonObject } from '../json.ts';
import type { TokenizerParts } from './tokenizer-file.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Tokens of a unigram model that are put into its tree between two pauses. */
const BATCH = 2_000;

/**
 * The library's tokeniser for what a file says. By itself the library builds its tables in one go, which takes a tenth of a
 * second or more; so it is made without a vocabulary, and given tables that were built a piece at a time.
 *
 * @param config tokenizer_config.json
 * @throws at a part that the library does not know
 */
export function* makeLibraryTokenizer(parts: TokenizerParts, config: JsonObject): Generator<void, Library> {
  const { json, model, vocabulary } = parts;
  // It splits text at every added token that it is told of, so it is not told of the special ones.
  const added = parts.addedTokens.filter((token) => token.special !== true);
  const empty = model.type === 'Unigram' ? { vocab: [['', 0]], unk_id: 0 } : { vocab: {}, merges: [] };
  const library = new Library(
    {
      decoder: null,
      post_processor: null,
      pre_tokenizer: null,
      normalizer: null,
      ...json,
      model: { ...model, ...empty },
      added_tokens: added,
    },
    config,
  );
  for (const { content, id } of added) vocabulary.add(content, id);
  const made = library.model!;
  made.tokens_to_ids = vocabulary.ids;
  made.vocab = vocabulary.texts;
  if (made instanceof Unigram) {
    yield* fillUnigram(made, vocabulary, model.unk_id);
  } else {
    made.unk_token_id = typeof model.unk_token === 'string' ? vocabulary.ids.get(model.unk_token) : undefined;
    if (made instanceof BPE) made.bpe_ranks = vocabulary.mergeRanks;
  }
  return library;
}

function* fillUnigram(made: Unigram, { ids, texts, scores }: Vocabulary, unknown: unknown): Generator<void> {
  const unknownId = typeof unknown === 'number' ? unknown : undefined;
  made.min_score = scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
  // As in the original: worse than any token.
  made.unk_score = made.min_score - 10;
  made.scores = scores;
  made.unk_token_id = unknownId;
  made.unk_token = unknownId === undefined ? undefined : texts[unknownId];
  if (unknownId !== undefined) scores[unknownId] = made.unk_score;
  made.bos_token_id = ids.get(made.bos_token);
  made.eos_token_id = ids.get(made.eos_token);
  made.trie = new (made.trie.constructor as new () => typeof made.trie)();
  for (let from = 0; from < scores.length; from += BATCH) {
    made.trie.extend(texts.slice(from, from + BATCH));
    yield;
  }
}
