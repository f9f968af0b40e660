import { t } from '../../../l10n/src/words.ts';
import { TOKENIZER_FILES } from '../../../model/src/tokenizer.ts';
import { HubError } from './hub-error.ts';
import type { HubFile } from './hub-listing.ts';

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Whatever configurations, tokenisers and chat templates are in; other programs read some that ptask does not need. */
const DESCRIPTIONS: readonly string[] = [
  'config.json',
  'generation_config.json',
  ...TOKENIZER_FILES,
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
  'chat_template.json',
];

/** Safetensors files that are something else than the model's weights, or hold them a second time. */
const OTHER_WEIGHTS = /^(consolidated|adapter|optimizer)/;

/**
 * The files of a model that it takes to open it. Weights in other formats, and everything in folders, are left.
 * @param id names the model in a problem
 * @throws HubError where the model could not be opened with them
 */
export function neededFiles(id: string, files: readonly HubFile[]): HubFile[] {
  // Some lists are long.
  const paths = new Set(files.map(({ path }) => path));
  const has = (path: string) => paths.has(path);
  if (has('adapter_config.json')) {
    const beside = t("it has an adapter beside its weights ('{0}'), which would not be applied", 'adapter_config.json');
    throw unusable(id, has('config.json') ? beside : t('it is an adapter for another model, not a model'));
  }
  if (!has('config.json')) {
    throw unusable(
      id,
      files.some(({ path }) => path.endsWith('.gguf'))
        ? t('it has no config.json, but files for llama.cpp (.gguf)')
        : t('it has no config.json'),
    );
  }
  if (!TOKENIZER_FILES.some(has)) throw unusable(id, t('it has no tokeniser ({0})', TOKENIZER_FILES.join(', ')));
  const needed = new Set([...DESCRIPTIONS, ...weightFiles(id, files)]);
  return files.filter(({ path }) => needed.has(path));
}

function weightFiles(id: string, files: readonly HubFile[]): string[] {
  const paths = files.map(({ path }) => path);
  // As in transformers: a single file goes before shards.
  if (paths.includes(WEIGHTS)) return [WEIGHTS];
  if (!paths.includes(INDEX)) {
    const pickled = paths.some((path) => /^pytorch_model.*\.bin$/.test(path));
    if (!pickled) throw unusable(id, t('it has no safetensors weights'));
    const convert = `AutoModelForCausalLM.from_pretrained("${id}").save_pretrained("folder")`;
    throw unusable(
      id,
      t(
        'its weights are in pytorch_model.bin alone, which may run code when it is read; convert it with transformers in Python: {0}, and the same with AutoTokenizer',
        convert,
      ),
    );
  }
  const shards = paths.filter((path) => /^[^/]+\.safetensors$/.test(path) && !OTHER_WEIGHTS.test(path));
  const regular = shards.filter((path) => /^model-\d+-of-\d+\.safetensors$/.test(path));
  return [INDEX, ...(regular.length > 0 ? regular : shards)];
}

function unusable(id: string, why: string): HubError {
  return new HubError('unusable', t('{0} cannot be used: {1}', id, why));
}
