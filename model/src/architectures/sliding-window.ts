import { t } from '../../../l10n/src/words.ts';
import { shown } from '../shown.ts';
import type { ConfigReader } from './config-reader.ts';

/** Layers in which a token sees only the tokens just before it. */
export interface SlidingWindow {
  /** How many tokens a token sees there, itself included. */
  readonly tokens: number;
  /** The numbers of those layers. */
  readonly layers: readonly number[];
}

interface LayerKinds {
  /** How many layers there are. */
  readonly layers: number;
  /** Which of them slide where `layer_types` does not say so. */
  slides(layer: number): boolean;
}

/** The numbers of all layers. */
export function numbersOf(layers: number): number[] {
  return Array.from({ length: layers }, (_, layer) => layer);
}

/** The numbers of the layers of kind `sliding_attention`. */
export function readSlidingLayers(read: ConfigReader, { layers, slides }: LayerKinds): readonly number[] {
  const types = read.json.layer_types ?? undefined;
  if (types === undefined) return numbersOf(layers).filter(slides);
  if (!Array.isArray(types) || types.length !== layers) {
    read.broken ??= t("config.json: 'layer_types' is not a list of {0} kinds of layers", layers);
    return [];
  }
  const strange = types.find((type) => type !== 'full_attention' && type !== 'sliding_attention');
  if (strange !== undefined)
    read.unsupported ??= t(
      "layer_types '{0}' (supported: full_attention, sliding_attention)",
      typeof strange === 'string' ? strange : shown(strange),
    );
  return numbersOf(layers).filter((layer) => types[layer] === 'sliding_attention');
}

/**
 * Reads `sliding_window` for the layers that slide. A window that no row outgrows is none.
 * @param usual the window where `sliding_window` is missing; null there always means none
 */
export function readSlidingWindow(
  read: ConfigReader,
  { sliding, maxPositions, usual }: { sliding: readonly number[]; maxPositions: number; usual?: number },
): SlidingWindow | undefined {
  const given = read.json.sliding_window === undefined ? usual : read.json.sliding_window;
  if (given === null || given === undefined) return undefined;
  const tokens = read.size(['sliding_window'], usual ?? 1);
  return tokens >= maxPositions || sliding.length === 0 ? undefined : { tokens, layers: sliding };
}

/** How many tokens a token sees in a layer, where that is limited. */
export function windowOf(window: SlidingWindow | undefined, layer: number): number | undefined {
  return window?.layers.includes(layer) ? window.tokens : undefined;
}
