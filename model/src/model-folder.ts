import { createHash } from 'node:crypto';
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { t } from '../../l10n/src/words.ts';
import type { Architecture, ConfigExtras } from './architectures/architecture.ts';
import { architectureOf, type ModelConfig, SUPPORTED_MODEL_TYPES } from './architectures/index.ts';
import { unfollowed } from './architectures/unfollowed.ts';
import { isWeightDtype, type WeightDtype } from './dtypes.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { readPromptPrefix } from './prompt-prefix.ts';
import { readExactly, readSafetensorsHeader, type TensorEntry } from './safetensors.ts';
import { openTokenizer, TOKENIZER_FILES, type Tokenizer } from './tokenizer.ts';

/** Where a weight's bytes are. They are row-major and little-endian. */
export interface WeightRef {
  /** Absolute path with symbolic links resolved. */
  readonly file: string;
  /** First byte, from the start of the file. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
  readonly dtype: WeightDtype;
  readonly shape: readonly number[];
}

/** A Hugging Face folder whose configuration and weights have been checked against each other. */
export interface ModelFolder {
  readonly dir: string;
  readonly config: ModelConfig;
  /** The weights that the architecture needs, by normalised name (`h.0.attn.c_attn.weight`). */
  readonly weights: ReadonlyMap<string, WeightRef>;
  /**
   * Reads the tokeniser's file, once.
   * @throws ModelFolderError when it is missing, malformed or does not fit the model
   */
  loadTokenizer(): Promise<Tokenizer>;
  /** 32 hexadecimal digits that change when the configuration or the weights do. */
  readonly fingerprint: string;
}

/** In all but the first, `problem` is the whole story in one line, to be shown to the user. */
export type OpenModelResult =
  | { readonly kind: 'ok'; readonly model: ModelFolder }
  | { readonly kind: 'not-found'; readonly missing: readonly string[]; readonly problem: string }
  | {
      readonly kind: 'unsupported';
      readonly modelType: string;
      readonly supported: readonly string[];
      readonly reason: string;
      readonly problem: string;
    }
  | { readonly kind: 'broken'; readonly problem: string };

type Failure = Exclude<OpenModelResult, { kind: 'ok' }>;

/** A file of the model folder that cannot be used. The message names it. */
export class ModelFolderError extends Error {
  override readonly name = 'ModelFolderError';
}

export interface OpenModelOptions {
  /** Whether a folder without a tokeniser is `not-found`; by default it is. */
  readonly tokenizer?: 'required' | 'optional';
  /**
   * Is called every few milliseconds while the tokeniser is read, and resolves when others have had the thread. Left out
   * where nobody waits for it.
   */
  readonly breathe?: () => Promise<void>;
}

/** Carries a result out of nested reads; never leaves this module. */
class Stop extends Error {
  readonly result: Failure;
  constructor(result: Failure) {
    super(result.problem);
    this.result = result;
  }
}

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const MERGES = 'merges.txt';
const CHAT_TEMPLATE = 'chat_template.jinja';

/**
 * Opens a folder with `config.json`, a tokeniser (`TOKENIZER_FILES`) and `model.safetensors` (or the shards that
 * `model.safetensors.index.json` names). Weights are located, not read, but for a few kilobytes each, and but for an output
 * projection that the files have beside word embeddings which are said to be it.
 */
export async function openModelFolder(dir: string, options: OpenModelOptions = {}): Promise<OpenModelResult> {
  try {
    await checkFiles(dir, options.tokenizer ?? 'required');
    const json = await readJson(dir, 'config.json');
    const read = readConfig(dir, json, await readJsonIfThere(dir, 'generation_config.json'));
    const { architecture } = read;
    const located = await locateTensors(dir, architecture);
    const tensors = read.config.tied ? withWordEmbeddings(architecture, located) : located;
    const config = await asStored(architecture, read.config, tensors);
    const weights = checkWeights(dir, architecture, config, tensors);
    const fingerprint = await fingerprintOf(config, json.ptask, weights);
    let tokenizer: Promise<Tokenizer> | undefined;
    const loadTokenizer = () => (tokenizer ??= readTokenizer(dir, config, options.breathe ?? noPause));
    return { kind: 'ok', model: { dir, config, weights, loadTokenizer, fingerprint } };
  } catch (error) {
    if (error instanceof Stop) return error.result;
    return { kind: 'broken', problem: t('the model folder {0} cannot be read: {1}', dir, (error as Error).message) };
  }
}

function broken(dir: string, problem: string): Stop {
  return new Stop({ kind: 'broken', problem: t('model folder {0}: {1}', dir, problem) });
}

function notFound(dir: string, missing: readonly string[], hint = ''): Stop {
  return new Stop({
    kind: 'not-found',
    missing,
    problem: `${t('the model folder {0} lacks {1}', dir, missing.join(` ${t('and')} `))}${hint}`,
  });
}

/** Whether something is there. A folder that may not be searched is an error, not an absence. */
async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

async function checkFiles(dir: string, tokenizer: 'required' | 'optional'): Promise<void> {
  if (!(await exists(dir)))
    throw new Stop({ kind: 'not-found', missing: [dir], problem: t('there is no model folder {0}', dir) });
  if (!(await stat(dir)).isDirectory())
    throw new Stop({ kind: 'not-found', missing: [dir], problem: t('{0} is not a folder', dir) });
  const has = (file: string) => exists(join(dir, file));
  const missing: string[] = [];
  if (!(await has('config.json'))) missing.push('config.json');
  const weights = (await has(WEIGHTS)) || (await has(INDEX));
  if (!weights) missing.push(WEIGHTS);
  if (tokenizer === 'required' && !(await tokenizerFile(dir))) missing.push(TOKENIZER_FILES[0]);
  if (missing.length === 0) return;
  const pickled = !weights && (await has('pytorch_model.bin'));
  throw notFound(
    dir,
    missing,
    pickled ? ` ${t('(it has pytorch_model.bin, but only safetensors files are read)')}` : '',
  );
}

async function readJson(dir: string, file: string): Promise<JsonObject> {
  const bytes = await readFile(join(dir, file));
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw broken(dir, t('{0} is not valid JSON', file));
  }
  if (!isJsonObject(json)) throw broken(dir, t('{0} is not a JSON object', file));
  return json;
}

async function readJsonIfThere(dir: string, file: string): Promise<JsonObject | undefined> {
  return (await exists(join(dir, file))) ? readJson(dir, file) : undefined;
}

/** Reads the content of a config.json as opening its folder does. @param dir names the folder in a problem */
export function parseModelConfig(
  dir: string,
  json: JsonObject,
): { readonly kind: 'ok'; readonly config: ModelConfig } | Failure {
  try {
    return { kind: 'ok', config: readConfig(dir, json, undefined).config };
  } catch (error) {
    if (error instanceof Stop) return error.result;
    throw error;
  }
}

type AnyArchitecture = Architecture<ModelConfig>;

function readConfig(
  dir: string,
  json: JsonObject,
  generation: JsonObject | undefined,
): { architecture: AnyArchitecture; config: ModelConfig } {
  const modelType = json.model_type;
  if (typeof modelType !== 'string') throw broken(dir, t("config.json has no 'model_type'"));
  const unsupported = (reason: string, problem: string) =>
    new Stop({ kind: 'unsupported', modelType, supported: SUPPORTED_MODEL_TYPES, reason, problem });
  if (!isSupported(modelType)) {
    const supported = SUPPORTED_MODEL_TYPES.join(', ');
    throw unsupported(
      `model_type '${modelType}'`,
      t("the model in {0} is of type '{1}'; supported: {2}", dir, modelType, supported),
    );
  }
  const architecture = architectureOf(modelType);
  if (isJsonObject(json.quantization_config))
    throw unsupported(
      t('quantised weights'),
      t('the model in {0} has quantised weights, which are not supported', dir),
    );
  const cannotRun = (reason: string) =>
    unsupported(reason, t('the {0} model in {1} cannot be run: it has {2}', modelType, dir, reason));
  const strange = unfollowed(json);
  if (strange !== undefined) throw cannotRun(strange);
  const prefix = readPromptPrefix(json.ptask);
  if (typeof prefix === 'string') throw broken(dir, prefix);
  const bosId = tokenId(json.bos_token_id) ?? tokenId(generation?.bos_token_id);
  const eosId = tokenId(json.eos_token_id) ?? tokenId(generation?.eos_token_id);
  const extras: ConfigExtras = {
    ...(bosId === undefined ? {} : { bosId }),
    ...(eosId === undefined ? {} : { eosId }),
    ...(prefix === undefined ? {} : { prefix }),
  };
  const parsed = architecture.parseConfig(json, extras);
  if ('config' in parsed) return { architecture, config: parsed.config };
  if (parsed.kind === 'broken') throw broken(dir, parsed.problem);
  throw cannotRun(parsed.reason);
}

function isSupported(modelType: string): modelType is ModelConfig['modelType'] {
  return (SUPPORTED_MODEL_TYPES as readonly string[]).includes(modelType);
}

/** A token id of a configuration; of several, the first. */
function tokenId(value: unknown): number | undefined {
  const id = Array.isArray(value) ? value[0] : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
}

interface LocatedTensor {
  readonly file: string;
  readonly shard: string;
  readonly entry: TensorEntry;
}

/** Every tensor of the folder by normalised name. */
async function locateTensors(dir: string, architecture: AnyArchitecture): Promise<Map<string, LocatedTensor>> {
  // As in transformers: a single file goes before shards.
  const shards = (await exists(join(dir, WEIGHTS))) ? new Map([[WEIGHTS, undefined]]) : await readIndex(dir);
  const tensors = new Map<string, LocatedTensor>();
  for (const [shard, expected] of shards) {
    const file = await realpath(join(dir, shard));
    const result = await readSafetensorsHeader(file);
    if (result.kind === 'broken') throw broken(dir, `${shard}: ${result.problem.message}`);
    const found = result.header.tensors;
    for (const name of expected ?? found.keys()) {
      const entry = found.get(name);
      if (!entry) throw broken(dir, t("{0} says that '{1}' is in {2}, but it is not", INDEX, name, shard));
      const normalised = architecture.normaliseName(name);
      if (tensors.has(normalised)) throw broken(dir, t("holds the weight '{0}' twice", normalised));
      tensors.set(normalised, { file, shard, entry });
    }
  }
  return tensors;
}

/** The names of each shard's tensors, by shard. */
async function readIndex(dir: string): Promise<Map<string, string[]>> {
  const { weight_map: map } = await readJson(dir, INDEX);
  if (!isJsonObject(map)) throw broken(dir, t("{0} has no 'weight_map'", INDEX));
  const shards = new Map<string, string[]>();
  for (const [name, shard] of Object.entries(map)) {
    // A name with a path could point anywhere on the disk.
    if (typeof shard !== 'string' || shard === '' || shard.includes('\\') || basename(shard) !== shard)
      throw broken(dir, t("{0} gives no file of this folder for '{1}'", INDEX, name));
    const names = shards.get(shard);
    if (names) names.push(name);
    else shards.set(shard, [name]);
  }
  const missing: string[] = [];
  for (const shard of shards.keys()) if (!(await exists(join(dir, shard)))) missing.push(shard);
  if (missing.length > 0) throw notFound(dir, missing, t(', which {0} names', INDEX));
  return shards;
}

/** As in transformers: of two names for one matrix, files may have either. */
function withWordEmbeddings(
  { wordEmbeddings, outputProjection }: AnyArchitecture,
  tensors: ReadonlyMap<string, LocatedTensor>,
): ReadonlyMap<string, LocatedTensor> {
  const output = tensors.get(outputProjection);
  return tensors.has(wordEmbeddings) || !output ? tensors : new Map(tensors).set(wordEmbeddings, output);
}

/**
 * As in transformers: where the files have an output projection with other numbers than the word embeddings, it is the model's,
 * whatever the configuration says. Both are read for that, up to the first difference.
 */
async function asStored(
  { wordEmbeddings, outputProjection }: AnyArchitecture,
  config: ModelConfig,
  tensors: ReadonlyMap<string, LocatedTensor>,
): Promise<ModelConfig> {
  const [words, output] = [tensors.get(wordEmbeddings), tensors.get(outputProjection)];
  if (!config.tied || !words || !output || (await sameBytes(words, output))) return config;
  return { ...config, tied: false };
}

/** How many bytes of two tensors are compared at once. */
const COMPARED_BYTES = 1 << 20;

async function sameBytes(a: LocatedTensor, b: LocatedTensor): Promise<boolean> {
  const length = a.entry.end - a.entry.begin;
  if (a.entry.dtype !== b.entry.dtype || b.entry.end - b.entry.begin !== length) return false;
  const [first, second] = [await open(a.file, 'r'), await open(b.file, 'r')];
  try {
    for (let at = 0; at < length; at += COMPARED_BYTES) {
      const part = Math.min(COMPARED_BYTES, length - at);
      const mine = await readExactly(first, a.entry.begin + at, part);
      if (Buffer.compare(mine, await readExactly(second, b.entry.begin + at, part)) !== 0) return false;
    }
    return true;
  } finally {
    await first.close();
    await second.close();
  }
}

function checkWeights(
  dir: string,
  architecture: AnyArchitecture,
  config: ModelConfig,
  tensors: ReadonlyMap<string, LocatedTensor>,
): Map<string, WeightRef> {
  const weights = new Map<string, WeightRef>();
  for (const [name, shape] of architecture.neededWeights(config)) {
    const tensor = tensors.get(name);
    if (!tensor) throw broken(dir, t("has no weight '{0}', which its config.json calls for", name));
    const { dtype, shape: actual, begin, end } = tensor.entry;
    if (actual.length !== shape.length || actual.some((n, i) => n !== shape[i]))
      throw broken(
        dir,
        t("the weight '{0}' has shape [{1}], but config.json calls for [{2}]", name, actual.join(), shape.join()),
      );
    if (!isWeightDtype(dtype)) {
      const reason = t("{0} weights ('{1}'; supported: F32, F16, BF16)", dtype, name);
      throw new Stop({
        kind: 'unsupported',
        modelType: config.modelType,
        supported: SUPPORTED_MODEL_TYPES,
        reason,
        problem: t('the {0} model in {1} has {2}', config.modelType, dir, reason),
      });
    }
    weights.set(name, { file: tensor.file, offset: begin, length: end - begin, dtype, shape });
  }
  return weights;
}

/** Bytes hashed at either end of a weight: enough to tell checkpoints apart, little enough for files of gigabytes. */
const SAMPLE_BYTES = 4096;

/**
 * SHA-256 (its first 16 bytes, hexadecimal) over the configuration and each weight's name, shape, dtype, first and
 * last bytes. How the weights are spread over files does not matter. Of the weights that `ptask.computed` of
 * config.json lists, the bytes do not count: they were computed on this machine, and `ptask.source` says from what.
 */
async function fingerprintOf(
  config: ModelConfig,
  ours: unknown,
  weights: ReadonlyMap<string, WeightRef>,
): Promise<string> {
  const computed: unknown = isJsonObject(ours) ? ours.computed : undefined;
  const unsampled = new Set<unknown>(Array.isArray(computed) ? computed : []);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)), ours ?? null]));
  const files = new Map<string, Awaited<ReturnType<typeof open>>>();
  try {
    for (const [name, { file, offset, length, dtype, shape }] of weights) {
      let handle = files.get(file);
      if (!handle) {
        handle = await open(file, 'r');
        files.set(file, handle);
      }
      hash.update(JSON.stringify([name, dtype, shape]));
      if (unsampled.has(name)) continue;
      const sample = Math.min(SAMPLE_BYTES, length);
      hash.update(await readExactly(handle, offset, sample));
      hash.update(await readExactly(handle, offset + length - sample, sample));
    }
  } finally {
    for (const handle of files.values()) await handle.close();
  }
  return hash.digest('hex').slice(0, 32);
}

/** Which of a folder's files holds its tokeniser. */
async function tokenizerFile(dir: string): Promise<(typeof TOKENIZER_FILES)[number] | undefined> {
  for (const name of TOKENIZER_FILES) {
    if ((await exists(join(dir, name))) && (name !== 'vocab.json' || (await exists(join(dir, MERGES))))) return name;
  }
  return undefined;
}

async function readTokenizer(dir: string, config: ModelConfig, breathe: () => Promise<void>): Promise<Tokenizer> {
  try {
    const name = await tokenizerFile(dir);
    if (name === undefined) throw notFound(dir, [TOKENIZER_FILES[0]]);
    const { tokenizer_class } = await readJson(dir, 'config.json');
    const tokenizerConfig = await readJsonIfThere(dir, 'tokenizer_config.json');
    const specialTokensMap = await readJsonIfThere(dir, 'special_tokens_map.json');
    const { bosId, eosId } = config;
    const chat = join(dir, CHAT_TEMPLATE);
    const files = {
      tokenizer: await readFile(join(dir, name)),
      ...((await exists(chat)) ? { chatTemplate: await readFile(chat, 'utf8') } : {}),
      name,
      ...(name === 'vocab.json' ? { merges: await readFile(join(dir, MERGES)) } : {}),
      config: { tokenizer_class, ...tokenizerConfig },
      modelVocabSize: config.vocabSize,
      ...(specialTokensMap ? { specialTokensMap } : {}),
      ...(bosId === undefined ? {} : { bosId }),
      ...(eosId === undefined ? {} : { eosId }),
    };
    const result = await openTokenizer(files, breathe);
    if (result.kind === 'broken') throw broken(dir, result.problem);
    const { tokenizer } = result;
    if (tokenizer.vocabSize > config.vocabSize) {
      const id = tokenizer.vocabSize - 1;
      throw broken(
        dir,
        t(
          "{0} does not fit the model: its token '{1}' has id {2}, but the model has {3} tokens",
          name,
          String(tokenizer.tokenText(id)),
          id,
          config.vocabSize,
        ),
      );
    }
    return tokenizer;
  } catch (error) {
    throw new ModelFolderError((error as Error).message);
  }
}

async function noPause(): Promise<void> {}
