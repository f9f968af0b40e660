import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import type { ModelConfig } from '../architectures/index.ts';
import { isWeightDtype, type WeightDtype } from '../dtypes.ts';
import { isJsonObject } from '../json.ts';
import { readExactly, readSafetensorsHeader, type TensorEntry } from '../safetensors.ts';
import { broken, cannotRun, notFound, unsupported } from './failure.ts';
import { exists, readJson } from './files.ts';
import type { AnyArchitecture } from './read-config.ts';

export const WEIGHTS = 'model.safetensors';
export const INDEX = 'model.safetensors.index.json';

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

interface LocatedTensor {
  readonly file: string;
  readonly entry: TensorEntry;
}

/** Every tensor of the folder by normalised name. @throws Stop for files that are broken or do not belong together */
export async function locateTensors(dir: string, architecture: AnyArchitecture): Promise<Map<string, LocatedTensor>> {
  // As in transformers: a single file goes before shards.
  const shards = (await exists(join(dir, WEIGHTS))) ? new Map([[WEIGHTS, undefined]]) : await readIndex(dir);
  const tensors = new Map<string, LocatedTensor>();
  for (const [shard, expected] of shards) {
    const path = resolve(dir, shard);
    // Of a RAM disk and other drives that a program makes, Windows cannot tell; there are no links on them.
    const file = await realpath(path).catch(() => path);
    const result = await readSafetensorsHeader(file);
    if (result.kind === 'broken') throw broken(dir, `${shard}: ${result.problem.message}`, result.problem.cause);
    const found = result.header.tensors;
    for (const name of expected ?? found.keys()) {
      const entry = found.get(name);
      if (!entry) throw broken(dir, t("{0} says that '{1}' is in {2}, but it is not", INDEX, name, shard));
      const normalised = architecture.normaliseName(name);
      if (tensors.has(normalised)) throw broken(dir, t("holds the weight '{0}' twice", normalised));
      tensors.set(normalised, { file, entry });
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
export function withWordEmbeddings(
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
export async function asStored(
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
  const files: FileHandle[] = [];
  try {
    for (const { file } of [a, b]) files.push(await open(file, 'r'));
    const [first, second] = files as [FileHandle, FileHandle];
    for (let at = 0; at < length; at += COMPARED_BYTES) {
      const part = Math.min(COMPARED_BYTES, length - at);
      const mine = await readExactly(first, a.entry.begin + at, part);
      if (Buffer.compare(mine, await readExactly(second, b.entry.begin + at, part)) !== 0) return false;
    }
    return true;
  } finally {
    for (const file of files) await file.close();
  }
}

/**
 * The weights that the architecture needs.
 * @throws Stop where one is missing, or has another shape or type, and where the files have one that would be passed over
 */
export function checkWeights(
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
      throw unsupported(config.modelType, reason, t('the {0} model in {1} has {2}', config.modelType, dir, reason));
    }
    weights.set(name, { file: tensor.file, offset: begin, length: end - begin, dtype, shape });
  }
  const stray = strayWeight(weights, tensors);
  if (stray !== undefined)
    throw cannotRun(dir, config.modelType, t("a weight that its config.json does not call for ('{0}')", stray));
  return weights;
}

/**
 * A weight without which another model is computed than was trained: a bias beside a matrix, or what else a layer has, such as a norm or
 * the matrices of an adapter. transformers warns of it. No matter are buffers, which older versions of transformers saved (a mask may be
 * called `attn.bias`), layers above those that are run, and what is not about text.
 */
function strayWeight(
  needed: ReadonlyMap<string, WeightRef>,
  tensors: ReadonlyMap<string, LocatedTensor>,
): string | undefined {
  const layerOf = (name: string) => /^\w+\.\d+\./.exec(name)?.[0];
  const layers = new Set([...needed.keys()].map(layerOf).filter((layer) => layer !== undefined));
  return [...tensors.keys()].find((name) => {
    if (needed.has(name)) return false;
    if (name.endsWith('.bias')) return needed.has(name.replace(/bias$/, 'weight'));
    return name.endsWith('.weight') && layers.has(layerOf(name) ?? '');
  });
}
