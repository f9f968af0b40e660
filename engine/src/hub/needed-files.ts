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
  const has = (path: string) => files.some((file) => file.path === path);
  if (has('adapter_config.json') && !has('config.json')) {
    throw unusable(id, 'it is an adapter for another model, not a model');
  }
  if (!has('config.json')) {
    const gguf = files.some(({ path }) => path.endsWith('.gguf')) ? ', but files for llama.cpp (.gguf)' : '';
    throw unusable(id, `it has no config.json${gguf}`);
  }
  if (!TOKENIZER_FILES.some(has)) throw unusable(id, `it has no tokeniser (${TOKENIZER_FILES.join(', ')})`);
  const weights = weightFiles(id, files);
  return files.filter(({ path }) => DESCRIPTIONS.includes(path) || weights.includes(path));
}

function weightFiles(id: string, files: readonly HubFile[]): string[] {
  const paths = files.map(({ path }) => path);
  // As in transformers: a single file goes before shards.
  if (paths.includes(WEIGHTS)) return [WEIGHTS];
  if (!paths.includes(INDEX)) {
    const pickled = paths.some((path) => /^pytorch_model.*\.bin$/.test(path));
    if (!pickled) throw unusable(id, 'it has no safetensors weights');
    const convert = `AutoModelForCausalLM.from_pretrained("${id}").save_pretrained("folder")`;
    const remedy = `convert it with transformers in Python: ${convert}, and the same with AutoTokenizer`;
    throw unusable(id, `its weights are in pytorch_model.bin alone, which may run code when it is read; ${remedy}`);
  }
  const shards = paths.filter((path) => /^[^/]+\.safetensors$/.test(path) && !OTHER_WEIGHTS.test(path));
  const regular = shards.filter((path) => /^model-\d+-of-\d+\.safetensors$/.test(path));
  return [INDEX, ...(regular.length > 0 ? regular : shards)];
}

function unusable(id: string, why: string): HubError {
  return new HubError('unusable', `${id} cannot be used: ${why}`);
}
