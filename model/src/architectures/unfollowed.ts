import { t } from '../../../l10n/src/words.ts';
import { isJsonObject, type JsonObject } from '../json.ts';

/** Settings that transformers follows for models of every type, and the engine for none. */
const SETTINGS: readonly [name: string, isOn: (value: unknown) => boolean, what: () => string][] = [
  // Some embedding models are made of decoders in this way; null is false there, too.
  ['is_causal', (value) => value !== undefined && !value, () => t('attention to later tokens')],
  [
    'per_layer_config',
    (value) => isJsonObject(value) && Object.keys(value).length > 0,
    () => t('layers with settings of their own'),
  ],
  [
    'transformers_weights',
    (value) => typeof value === 'string' && value !== 'model.safetensors',
    () => t('weights in a file of another name'),
  ],
  // Of several, each for newer versions of transformers than the one before.
  [
    'configuration_files',
    (value) => Array.isArray(value) && value.some(isOtherConfig),
    () => t('settings in a file of another name'),
  ],
];

function isOtherConfig(file: unknown): boolean {
  return typeof file === 'string' && /^config\..+\.json$/.test(file);
}

/** What a `config.json`, or the text model's part of it, asks for that changes the result for any architecture and is not followed. */
export function unfollowed(json: JsonObject): string | undefined {
  for (const part of [json, json.text_config].filter(isJsonObject))
    for (const [name, isOn, what] of SETTINGS) if (isOn(part[name])) return `${what()} ('${name}')`;
  return undefined;
}
