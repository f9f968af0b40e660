import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { MOST_OF_CONFIG, MOST_OF_TOKENIZER, readWhole } from '../read-whole.ts';
import { openTokenizer, type Tokenizer } from '../tokenizer.ts';
import { CONVERTER_VERSION, type EncoderStates } from './demo-folder.ts';
import type { WhisperPackage } from './packages.ts';

/*
 * What is known of a demo backbone without making its weights: the configuration and the tokeniser of the GPT-2 that a
 * Whisper decoder becomes. The engine makes the rest.
 */

/** Begins every prompt of a Whisper decoder. */
const PREFIX = '<|startoftranscript|><|{language}|><|transcribe|><|notimestamps|>';

/** A package that is not what was expected. The message names it. */
class WhisperPackageError extends Error {
  override readonly name = 'WhisperPackageError';
}

export interface WhisperShape {
  readonly layers: number;
  readonly heads: number;
  readonly hidden: number;
  readonly inner: number;
  readonly positions: number;
  readonly vocab: number;
  readonly endOfText: number;
}

export interface WhisperDecoder {
  readonly shape: WhisperShape;
  /** The GPT-2's config.json. */
  readonly config: JsonObject;
  /** Makes the GPT-2's tokenizer.json, in one piece. */
  tokenizerFile(): Uint8Array;
  readonly tokenizer: Tokenizer;
}

/**
 * Reads what a package says of its decoder.
 * @param breathe is called every few milliseconds and resolves when others have had the thread
 * @throws WhisperPackageError and errors of the file system
 */
export async function readWhisperDecoder(
  source: WhisperPackage,
  states: EncoderStates,
  breathe: () => Promise<void> = async () => {},
): Promise<WhisperDecoder> {
  const shape = readShape(await readJson(join(source.dir, 'config.json')));
  const published = await readWhole(join(source.dir, 'tokenizer.json'), MOST_OF_TOKENIZER);
  const parsed = await openTokenizer({ tokenizer: published, addedTokens: 'special', folder: source.dir }, breathe);
  if (parsed.kind === 'broken') throw new WhisperPackageError(`${source.dir}: ${parsed.problem}`);
  const tokenizerFile = () => withSpecialTimestamps(published);
  const tokenizer: Tokenizer = {
    ...parsed.tokenizer,
    // As that of the folder that will be made. Most who describe a model do not ask for it.
    get hash() {
      return createHash('sha256').update(tokenizerFile()).digest('hex');
    },
  };
  return { shape, config: gpt2Config(source, states, shape, languageCodes(tokenizer)), tokenizerFile, tokenizer };
}

/** The beginning of every prompt in a language. */
export function whisperPrefix(language: string): string {
  return PREFIX.replace('{language}', language);
}

function gpt2Config(
  source: WhisperPackage,
  states: EncoderStates,
  shape: WhisperShape,
  languages: readonly string[],
): JsonObject {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: shape.vocab,
    n_embd: shape.hidden,
    n_layer: shape.layers,
    n_head: shape.heads,
    n_inner: shape.inner,
    n_positions: shape.positions,
    activation_function: 'gelu',
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: true,
    scale_attn_weights: true,
    bos_token_id: shape.endOfText,
    eos_token_id: shape.endOfText,
    dtype: 'float32',
    ptask: {
      prefix: PREFIX,
      languages,
      source: `text decoder of ${source.id}, encoder states: ${states}, converter ${CONVERTER_VERSION}`,
      // ONNX Runtime's kernels give other last digits on other processors; it is the same model all the same.
      computed: Array.from({ length: shape.layers }, (_, layer) => `h.${layer}.attn.c_proj.bias`),
    },
  };
}

async function readJson(path: string): Promise<JsonObject> {
  const json: unknown = JSON.parse((await readWhole(path, MOST_OF_CONFIG)).toString());
  if (!isJsonObject(json)) throw new WhisperPackageError(t('{0} is not a JSON object', path));
  return json;
}

/** Above any size of a decoder, and few enough layers to name each. */
const MOST = 1_000_000;

function readShape(config: JsonObject): WhisperShape {
  const size = (name: string): number => {
    const value = config[name];
    if (typeof value !== 'number' || value > MOST)
      throw new WhisperPackageError(t("the Whisper configuration has no '{0}'", name));
    return value;
  };
  return {
    layers: size('decoder_layers'),
    heads: size('decoder_attention_heads'),
    hidden: size('d_model'),
    inner: size('decoder_ffn_dim'),
    positions: size('max_target_positions'),
    vocab: size('vocab_size'),
    endOfText: size('eos_token_id'),
  };
}

/** The tokeniser with its timestamps (`<|0.00|>`) made special tokens, so that no data row can hold one. */
function withSpecialTimestamps(published: Buffer): Uint8Array {
  const json = JSON.parse(published.toString()) as JsonObject;
  const added = Array.isArray(json.added_tokens) ? json.added_tokens : [];
  return Buffer.from(
    JSON.stringify({ ...json, added_tokens: added.map((token: JsonObject) => ({ ...token, special: true })) }),
  );
}

/** Language tokens are those between `<|startoftranscript|>` and `<|translate|>`. */
function languageCodes(tokenizer: Tokenizer): string[] {
  const first = tokenizer.tokenId('<|startoftranscript|>');
  const end = tokenizer.tokenId('<|translate|>');
  const codes: string[] = [];
  for (let id = (first ?? 0) + 1; id < (end ?? 0); id++) {
    const code = /^<\|([a-z]+)\|>$/.exec(tokenizer.tokenText(id) ?? '')?.[1];
    if (code) codes.push(code);
  }
  return codes;
}
