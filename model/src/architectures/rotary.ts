import { t } from '../../../l10n/src/words.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { ConfigReader } from './config-reader.ts';

/** Rotary positions (Su et al. 2021): entry i of a head's turned part turns by position · inverseFrequencies[i]. */
export interface RotaryConfig {
  /** Radians a token, as float32; half as many as the entries that are turned. */
  readonly inverseFrequencies: readonly number[];
  /** A factor on queries and keys, which some ways of scaling need; 1 as a rule. */
  readonly attentionFactor: number;
  /** How all tokens of a row turn that has more than `over`, from its first one on; as others where it is left out. */
  readonly long?: { readonly over: number; readonly inverseFrequencies: readonly number[] };
}

/** What a way of scaling is made from: its own settings, and the frequencies as they are without it. */
interface Scaling {
  readonly read: ConfigReader;
  readonly base: number;
  /** Entries that are turned. */
  readonly turned: number;
  readonly plain: readonly number[];
  /** What `plain` are the inverses of. */
  readonly wavelengths: readonly number[];
  /** The longest sequence of the model's configuration. */
  readonly maxPositions: number;
  /** The longest sequence that it was first trained for. */
  readonly before: number;
}

/** What a model has otherwise than most. */
export interface RotaryDefaults {
  readonly defaultBase?: number;
  /** For a model that may turn a part of each head: which part as a rule. */
  readonly defaultTurnedShare?: number;
  /** What stands outside the settings, where its names are others than inside. */
  readonly outerNames?: { readonly base: string; readonly turnedShare: string };
  /** The length that the model was first trained for, where its configuration class has one beside the settings. */
  readonly defaultBefore?: number;
  /** What this model calls a way of scaling that others call otherwise. */
  readonly renamed?: Readonly<Record<string, string>>;
}

const KINDS: Readonly<Record<string, (scaling: Scaling) => RotaryConfig>> = {
  default: ({ plain }) => ({ inverseFrequencies: plain, attentionFactor: 1 }),
  // Changes nothing up to the length that the model was trained for, and longer rows are not run.
  dynamic: ({ read, plain }) => {
    read.needed('factor');
    return { inverseFrequencies: plain, attentionFactor: 1 };
  },
  linear: ({ read, plain }) => {
    const factor = read.needed('factor');
    return { inverseFrequencies: plain.map((frequency) => f32(frequency / factor)), attentionFactor: 1 };
  },
  llama3,
  yarn,
  longrope,
};

/**
 * Reads rotary positions from a `config.json`: `rope_parameters` of newer files, `rope_theta` and `rope_scaling` of older
 * ones, which count where there are both. The formulas are those of Hugging Face transformers, in the same float32 steps.
 *
 * @param json what holds the settings, where it is not all that is read
 */
export function readRotary(
  read: ConfigReader,
  sizes: { readonly headSize: number; readonly maxPositions: number } & RotaryDefaults,
  json = read.json,
): RotaryConfig {
  const unsupported = (reason: string) => {
    read.unsupported ??= reason;
    return PLACELESS;
  };
  const { headSize, maxPositions, defaultBase = 10_000, defaultTurnedShare, outerNames = OUTER_NAMES } = sizes;
  const given = settingsOf(json);
  // A model with several kinds of layers has an entry for each of them.
  if (Object.values(given).some(isJsonObject)) return unsupported(t('rotary positions by layer type'));
  const settings = new ConfigReader(given);
  const outer = new ConfigReader(json);
  const base = settings.positive('rope_theta', outer.positive(outerNames.base, defaultBase));
  const share = settings.positive(
    'partial_rotary_factor',
    outer.positive(outerNames.turnedShare, defaultTurnedShare ?? 1),
  );
  // Some programs pass over it in these models, and some do not.
  if (defaultTurnedShare === undefined && share !== 1)
    return unsupported(t("rotary positions in a part of each head ('{0}')", 'partial_rotary_factor'));
  const named = settings.text('rope_type', settings.text('type', 'default'));
  const kind = sizes.renamed?.[named] ?? named;
  const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (make === undefined)
    return unsupported(t("rotary positions scaled by '{0}' (supported: {1})", kind, Object.keys(KINDS).join(', ')));
  const turned = Math.floor(headSize * share);
  const wavelengths = readWavelengths(read, { base, turned, headSize });
  if (kind === 'yarn' && turned % 2 !== 0)
    return unsupported(t("rotary positions scaled by '{0}' that turn an odd number of entries", kind));
  const plain = inversesOf(wavelengths);
  // Where a configuration has it outside the settings as well, that one counts.
  const inner = sizes.defaultBefore ?? settings.size(['original_max_position_embeddings'], maxPositions);
  const before = outer.size(['original_max_position_embeddings'], inner);
  const rotary = make({ read: settings, base, turned, plain, wavelengths, maxPositions, before });
  read.broken ??= settings.broken ?? outer.broken;
  const { inverseFrequencies, attentionFactor, long } = rotary;
  const numbers = [...inverseFrequencies, ...(long?.inverseFrequencies ?? []), Math.fround(attentionFactor)];
  if (!numbers.every(Number.isFinite))
    read.broken ??= t('config.json: its settings of rotary positions give numbers that float32 cannot hold');
  return rotary;
}

/** Rotary positions that are never scaled, of a model that says how many of a head's entries turn (GPT-J). */
export function readPlainRotary(
  read: ConfigReader,
  sizes: { readonly base: number; readonly turned: number; readonly headSize: number },
): RotaryConfig {
  return { inverseFrequencies: inversesOf(readWavelengths(read, sizes)), attentionFactor: 1 };
}

function readWavelengths(
  read: ConfigReader,
  { base, turned, headSize }: { base: number; turned: number; headSize: number },
): number[] {
  // Entries are turned in pairs: of an odd number, the last one with the next.
  const pairs = Math.ceil(turned / 2);
  if (pairs === 0 || 2 * pairs > headSize || pairs > MOST_PAIRS)
    read.broken ??= t('config.json: rotary positions cannot turn {0} of the {1} entries of a head', turned, headSize);
  return Array.from({ length: Math.min(pairs, MOST_PAIRS) }, (_, i) => f32(base ** f32((2 * i) / turned)));
}

function inversesOf(wavelengths: readonly number[]): number[] {
  return wavelengths.map((wavelength) => f32(1 / wavelength));
}

/** What stands for positions that are not supported. */
export const PLACELESS: RotaryConfig = { inverseFrequencies: [], attentionFactor: 1 };

/** Heads have some hundred entries; a list for as many as a file may say would not fit into any memory. */
const MOST_PAIRS = 100_000;

/** How most models name what stands outside the settings. */
const OUTER_NAMES = { base: 'rope_theta', turnedShare: 'partial_rotary_factor' } as const;

function settingsOf({ rope_scaling: older, rope_parameters: newer }: JsonObject): JsonObject {
  if (isJsonObject(older) && Object.keys(older).length > 0) return older;
  return isJsonObject(newer) ? newer : {};
}

/** Llama 3: long waves are stretched, short ones kept, and those between moved smoothly. */
function llama3({ read, plain, before }: Scaling): RotaryConfig {
  const factor = read.needed('factor');
  const low = read.positive('low_freq_factor', 1);
  const high = read.positive('high_freq_factor', 4);
  const inverseFrequencies = plain.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < before / high) return frequency;
    if (wavelength > before / low) return f32(frequency / factor);
    const smooth = (before / wavelength - low) / (high - low);
    return f32(((1 - smooth) * frequency) / factor + smooth * frequency);
  });
  return { inverseFrequencies, attentionFactor: 1 };
}

/** YaRN (Peng et al. 2023): by how often a wave turns in the original length, between kept and stretched. */
function yarn({ read, base, turned, plain, maxPositions, before }: Scaling): RotaryConfig {
  const factor = read.needed('factor', maxPositions / before);
  const [fast, slow] = [read.positive('beta_fast', 32), read.positive('beta_slow', 1)];
  const entryTurning = (turns: number) => (turned * Math.log(before / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const truncate = read.flag('truncate', true);
  const first = Math.max(0, truncate ? Math.floor(entryTurning(fast)) : entryTurning(fast));
  let last = Math.min(turned - 1, truncate ? Math.ceil(entryTurning(slow)) : entryTurning(slow));
  if (first === last) last += 0.001;
  const inverseFrequencies = plain.map((frequency, i) => {
    const stretched = Math.min(1, Math.max(0, (i - first) / (last - first)));
    return f32((frequency / factor) * stretched + frequency * (1 - stretched));
  });
  const [all, one] = [read.positive('mscale_all_dim', 0), read.positive('mscale', 0)];
  const scale = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const usual = one > 0 && all > 0 ? scale(one) / scale(all) : scale(1);
  return { inverseFrequencies, attentionFactor: read.positive('attention_factor', usual) };
}

/**
 * LongRoPE (Ding et al. 2024): each wave is stretched by a factor of its own, for rows up to the length that the model was
 * first trained for by another one than for longer rows.
 */
function longrope({ read, wavelengths, maxPositions, before }: Scaling): RotaryConfig {
  const stretchedBy = (name: string) => {
    const factors = read.numbers(name, wavelengths.length) ?? wavelengths.map(() => 1);
    return wavelengths.map((wavelength, i) => f32(1 / f32(f32(factors[i]!) * wavelength)));
  };
  const factor = read.positive('factor', maxPositions / before);
  const usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(before));
  const [short, long] = [stretchedBy('short_factor'), stretchedBy('long_factor')];
  return {
    inverseFrequencies: short,
    attentionFactor: read.positive('attention_factor', usual),
    ...(before < maxPositions ? { long: { over: before, inverseFrequencies: long } } : {}),
  };
}

function f32(value: number): number {
  return Math.fround(value);
}
