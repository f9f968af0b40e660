import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '../../l10n/src/words.ts';
import type { ModelConfig } from './architectures/index.ts';
import { isRefused, refusal } from './file-reason.ts';
import { cannotRun, type Failure, notFound, Stop } from './folder/failure.ts';
import { exists, readJson, readJsonIfThere } from './folder/files.ts';
import { fingerprintOf } from './folder/fingerprint.ts';
import { readConfig } from './folder/read-config.ts';
import { readTokenizer, tokenizerFile } from './folder/read-tokenizer.ts';
import {
  asStored,
  checkWeights,
  INDEX,
  locateTensors,
  WEIGHTS,
  type WeightRef,
  withWordEmbeddings,
} from './folder/stored-weights.ts';
import { TOKENIZER_FILES, type Tokenizer } from './tokenizer.ts';

/** In a whole model's folder, too, transformers applies such an adapter where PEFT is installed. */
const ADAPTER = 'adapter_config.json';

/** A Hugging Face folder whose configuration and weights have been checked against each other. */
export interface ModelFolder {
  readonly dir: string;
  readonly config: ModelConfig;
  /** The weights that the architecture needs, by normalised name (`h.0.attn.c_attn.weight`). */
  readonly weights: ReadonlyMap<string, WeightRef>;
  /**
   * Reads the tokeniser's file, once; again where the system refused.
   * @throws ModelFolderError when it is missing, malformed or does not fit the model
   */
  loadTokenizer(): Promise<Tokenizer>;
  /** 32 hexadecimal digits that change when the configuration or the weights do. */
  readonly fingerprint: string;
}

export type OpenModelResult = { readonly kind: 'ok'; readonly model: ModelFolder } | Failure;

export interface OpenModelOptions {
  /** Whether a folder without a tokeniser is `not-found`; by default it is. */
  readonly tokenizer?: 'required' | 'optional';
  /**
   * Is called every few milliseconds while the tokeniser is read, and resolves when others have had the thread. Left out
   * where nobody waits for it.
   */
  readonly breathe?: () => Promise<void>;
}

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
    if (await exists(join(dir, ADAPTER)))
      throw cannotRun(
        dir,
        read.config.modelType,
        t("an adapter beside its weights ('{0}'), which would not be applied", ADAPTER),
      );
    const located = await locateTensors(dir, architecture);
    const tensors = read.config.tied ? withWordEmbeddings(architecture, located) : located;
    const config = await asStored(architecture, read.config, tensors);
    const weights = checkWeights(dir, architecture, config, tensors);
    const fingerprint = await fingerprintOf(config, json.ptask, weights);
    let tokenizer: Promise<Tokenizer> | undefined;
    const loadTokenizer = () =>
      (tokenizer ??= readTokenizer(dir, config, options.breathe ?? noPause).catch((error: unknown) => {
        if (isRefused(error)) tokenizer = undefined;
        throw error;
      }));
    return { kind: 'ok', model: { dir, config, weights, loadTokenizer, fingerprint } };
  } catch (error) {
    const failure = error instanceof Stop ? error.result : unreadable(dir, error);
    return isRefused(error) ? { ...failure, isTransient: true } : failure;
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

function unreadable(dir: string, error: unknown): Failure {
  return { kind: 'broken', problem: t('the model folder {0} cannot be read: {1}', dir, refusal(error)) };
}

async function noPause(): Promise<void> {}
