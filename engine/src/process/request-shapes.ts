import { t } from '../../../l10n/src/words.ts';
import { isJsonObject } from '../../../model/src/json.ts';
import type { EngineRequests } from '../../../protocol/src/engine.ts';
import { InputError } from '../errors.ts';

/*
 * What the fields of requests may hold. A client in another language has no types to keep it from sending something else, which
 * would be an error of ours somewhere deep inside.
 */

type Method = keyof EngineRequests;

interface Kind {
  readonly isOne: (value: unknown) => boolean;
  /** What it is called in a message. */
  readonly name: () => string;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const listOf = (isOne: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(isOne);

const TEXT: Kind = { isOne: isText, name: () => t('a text') };
const TEXTS: Kind = { isOne: listOf(isText), name: () => t('a list of texts') };
const OBJECTS: Kind = { isOne: listOf(isJsonObject), name: () => t('a list of objects') };
const FLAG: Kind = { isOne: (value) => typeof value === 'boolean', name: () => t('true or false') };
const COUNT: Kind = {
  isOne: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  name: () => t('a number of at least 1'),
};

const oneOf = (...choices: readonly string[]): Kind => ({
  isOne: (value) => choices.includes(value as string),
  name: () => t('one of {0}', choices.join(', ')),
});
const someOf = (...choices: readonly string[]): Kind => ({
  isOne: listOf((value) => choices.includes(value as string)),
  name: () => t('a list of {0}', choices.join(', ')),
});
const orNone = ({ isOne, name }: Kind): Kind => ({ isOne: (value) => value === undefined || isOne(value), name });

/** A device that there is none of is told by who chooses one, with those that there are. */
const DEVICE = TEXT;
const TASK_FILE = { file: TEXT, text: orNone(TEXT), device: orNone(DEVICE) };

/** Of every request, what each of its fields may hold. */
const SHAPES: { readonly [M in Method]: { readonly [K in keyof Required<EngineRequests[M]['params']>]: Kind } } = {
  predict: {
    ...TASK_FILE,
    token: TEXT,
    taskname: TEXT,
    rows: OBJECTS,
    withUntrained: FLAG,
    urgency: oneOf('hover', 'visible', 'background'),
  },
  nearestTokens: { ...TASK_FILE, taskname: TEXT, count: COUNT },
  evaluate: {
    token: TEXT,
    file: TEXT,
    tasknames: TEXTS,
    split: oneOf('test', 'validation'),
    baselines: someOf('zero', 'one', 'few'),
    device: orNone(DEVICE),
  },
  plan: { file: TEXT, tasknames: TEXTS, device: orNone(DEVICE), measure: FLAG },
  devices: { refresh: FLAG },
  models: { taskFile: TEXT, folders: TEXTS },
  planFetch: { model: TEXT },
  fetchModel: { token: TEXT, model: TEXT },
  planFetchCuda: {},
  fetchCuda: { token: TEXT },
  runs: { folders: TEXTS },
  runMetrics: { dir: TEXT, points: COUNT },
  keepBestPrompts: { file: TEXT, run: TEXT },
  train: { token: TEXT, file: TEXT, tasknames: TEXTS, resume: FLAG, run: orNone(TEXT), device: DEVICE },
};

/** Every request. */
export const METHODS: readonly string[] = Object.keys(SHAPES);

/** @throws InputError that names the first field that holds something else than it may */
export function requireShape(method: Method, params: unknown): void {
  const given = isJsonObject(params) ? params : {};
  for (const [field, { isOne, name }] of Object.entries<Kind>(SHAPES[method])) {
    const value = Object.hasOwn(given, field) ? given[field] : undefined;
    if (!isOne(value))
      throw new InputError(t("the field '{0}' of the request '{1}' is to be {2}", field, method, name()));
  }
}
