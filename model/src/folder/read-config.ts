import { t } from '../../../l10n/src/words.ts';
import type { Architecture, ConfigExtras } from '../architectures/architecture.ts';
import { architectureOf, type ModelConfig, SUPPORTED_MODEL_TYPES } from '../architectures/index.ts';
import { unfollowed } from '../architectures/unfollowed.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { readPromptPrefix } from '../prompt-prefix.ts';
import { broken, cannotRun, type Failure, Stop, unsupported } from './failure.ts';

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

export type AnyArchitecture = Architecture<ModelConfig>;

/**
 * @param generation the content of generation_config.json, whose special tokens count where config.json has none
 * @throws Stop for what is no configuration of a model that can be run
 */
export function readConfig(
  dir: string,
  json: JsonObject,
  generation: JsonObject | undefined,
): { architecture: AnyArchitecture; config: ModelConfig } {
  const modelType = json.model_type;
  if (typeof modelType !== 'string') throw broken(dir, t("config.json has no 'model_type'"));
  if (!isSupported(modelType)) {
    const supported = SUPPORTED_MODEL_TYPES.join(', ');
    throw unsupported(
      modelType,
      `model_type '${modelType}'`,
      t("the model in {0} is of type '{1}'; supported: {2}", dir, modelType, supported),
    );
  }
  const architecture = architectureOf(modelType);
  if (isJsonObject(json.quantization_config))
    throw unsupported(
      modelType,
      t('quantised weights'),
      t('the model in {0} has quantised weights, which are not supported', dir),
    );
  const strange = unfollowed(json);
  if (strange !== undefined) throw cannotRun(dir, modelType, strange);
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
  throw cannotRun(dir, modelType, parsed.reason);
}

function isSupported(modelType: string): modelType is ModelConfig['modelType'] {
  return (SUPPORTED_MODEL_TYPES as readonly string[]).includes(modelType);
}

/** A token id of a configuration; of several, the first. */
function tokenId(value: unknown): number | undefined {
  const id = Array.isArray(value) ? value[0] : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
}
