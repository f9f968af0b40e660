import { join } from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import { cacheFolder } from './cache-folder.ts';
import { type DemoSize, findWhisperPackage, type WhisperPackage } from './packages.ts';

/** Raised when the converter writes another model than before, so that old folders are not taken for new ones. */
export const CONVERTER_VERSION = 1;

/** Whether the cross-attention is to an encoder that hears silence, or to states that are all zero. */
export type EncoderStates = 'silence' | 'zero';

/**
 * Which encoder states give the better language model (bench/demo-backbone.ts measures it). For small the two are
 * alike, and zero needs no encoder.
 */
const ENCODER_STATES: Readonly<Record<DemoSize, EncoderStates>> = { tiny: 'silence', base: 'silence', small: 'zero' };

/** A demo backbone and what it is made from. */
export interface DemoBackbone {
  readonly size: DemoSize;
  readonly source: WhisperPackage;
  readonly states: EncoderStates;
  /** Where its folder is, or will be once something asks for its weights. */
  readonly dir: string;
}

export interface LocateDemoOptions {
  /** Parent of the folders; by default `models` in the user's cache folder. */
  readonly cache?: string;
  /** Folders from which packages are looked for, after this program's own. */
  readonly from?: readonly string[];
  readonly states?: EncoderStates;
}

/** Finds the package of a demo backbone; nothing is made. @returns text, for the user, when it is not installed */
export function locateDemo(size: DemoSize, options: LocateDemoOptions = {}): DemoBackbone | string {
  const source = findWhisperPackage(size, options.from);
  if (!source)
    return t(
      "the demo model 'demo-{0}' needs the npm package sts-whisper-{1}, which is not installed: npm install sts-whisper-{2}",
      size,
      size,
      size,
    );
  const states = options.states ?? ENCODER_STATES[size];
  const parent = options.cache ?? join(cacheFolder(), 'models');
  const made = [source.id, states, CONVERTER_VERSION, ...(source.foreign === undefined ? [] : [source.foreign])];
  return { size, source, states, dir: join(parent, made.join('-')) };
}
