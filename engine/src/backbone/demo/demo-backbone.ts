import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openModelFolder } from '../../../../model/src/model-folder.ts';
import { makeFolder } from './atomic-folder.ts';
import { cacheFolder } from './cache-folder.ts';
import { type DemoSize, findWhisperPackage } from './packages.ts';
import { CONVERTER_VERSION, type EncoderStates, writeGpt2Folder } from './whisper-to-gpt2.ts';

/**
 * Which encoder states give the better language model (bench/demo-backbone.ts measures it). For small the two are
 * alike, and zero needs no encoder.
 */
const ENCODER_STATES: Readonly<Record<DemoSize, EncoderStates>> = { tiny: 'silence', base: 'silence', small: 'zero' };

/** The demo backbone cannot be had. The message says why and what to do. */
export class DemoBackboneError extends Error {
  override readonly name = 'DemoBackboneError';
}

export interface DemoOptions {
  /** Parent of the folders; by default `models` in the user's cache folder. */
  readonly cache?: string;
  /** Folders from which packages are looked for, after this program's own. */
  readonly from?: readonly string[];
  readonly states?: EncoderStates;
  /** Told, in a line, when a folder has to be made, which takes some seconds. */
  readonly report?: (line: string) => void;
}

/**
 * The folder of a demo backbone, made from its npm package the first time. A folder that no longer opens is made
 * again. Safe in several processes at once.
 * @throws DemoBackboneError
 */
export async function ensureDemoBackbone(size: DemoSize, options: DemoOptions = {}): Promise<string> {
  const source = findWhisperPackage(size, options.from);
  if (!source)
    throw new DemoBackboneError(
      `the demo model 'demo-${size}' needs the npm package sts-whisper-${size}, which is not installed: npm install sts-whisper-${size}`,
    );
  const states = options.states ?? ENCODER_STATES[size];
  const parent = options.cache ?? join(cacheFolder(), 'models');
  const dir = join(parent, `${source.id}-${states}-${CONVERTER_VERSION}`);
  try {
    const present = await openModelFolder(dir);
    if (present.kind === 'ok') return dir;
    if (present.kind !== 'not-found' || present.missing[0] !== dir) await rm(dir, { recursive: true, force: true });
    options.report?.(`Preparing the demo model ${source.id} in ${dir} (once)`);
    await makeFolder(dir, (temporary) => writeGpt2Folder(source, states, temporary));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = code === undefined ? '' : ' (the variable PTASK_CACHE can name another folder)';
    throw new DemoBackboneError(`the demo model 'demo-${size}' cannot be made in ${parent}: ${message}${hint}`);
  }
  return dir;
}
