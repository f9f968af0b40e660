import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { t } from '../../../../l10n/src/words.ts';
import { type DemoBackbone, type LocateDemoOptions, locateDemo } from '../../../../model/src/demo/demo-folder.ts';
import type { DemoSize } from '../../../../model/src/demo/packages.ts';
import { fileReason, refusal } from '../../../../model/src/file-reason.ts';
import { openModelFolder } from '../../../../model/src/model-folder.ts';
import { makeFolder, removeAbandoned } from '../../atomic-folder.ts';
import { writeGpt2Folder } from './whisper-to-gpt2.ts';

/** The demo backbone cannot be had. The message says why and what to do. */
export class DemoBackboneError extends Error {
  override readonly name = 'DemoBackboneError';
}

export interface DemoOptions {
  /** Told, in a line, when a folder has to be made, which takes some seconds. */
  readonly report?: (line: string) => void;
}

/**
 * Finds a demo backbone, and makes its folder the first time.
 * @returns the folder
 * @throws DemoBackboneError
 */
export async function ensureDemoBackbone(
  size: DemoSize,
  options: DemoOptions & LocateDemoOptions = {},
): Promise<string> {
  const demo = locateDemo(size, options);
  if (typeof demo === 'string') throw new DemoBackboneError(demo);
  return makeDemoBackbone(demo, options);
}

/**
 * Makes a demo backbone's folder from its npm package, unless it is there. A folder that no longer opens is made
 * again. Safe in several processes at once.
 * @returns the folder
 * @throws DemoBackboneError
 */
export async function makeDemoBackbone(demo: DemoBackbone, options: DemoOptions = {}): Promise<string> {
  const { size, source, states, dir } = demo;
  try {
    const present = await openModelFolder(dir);
    if (present.kind === 'ok') {
      // Whoever was killed while making it was mostly followed at once by one that made it, and by nobody later.
      await removeAbandoned(dir);
      return dir;
    }
    const isThere = present.kind !== 'not-found' || present.missing[0] !== dir;
    options.report?.(`Preparing the demo model ${source.id} in ${dir} (once)`);
    await makeFolder(dir, async (temporary) => {
      await writeGpt2Folder(source, states, temporary);
      // It may be sound, and not have opened for another reason; so it stays until there is one to take its place. Or another
      // process has put one there meanwhile, and works with it.
      if (isThere && (await openModelFolder(dir)).kind !== 'ok')
        await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    });
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const hint = code === undefined ? '' : ` ${t('(the variable PTASK_CACHE can name another folder)')}`;
    const reason = path?.startsWith(source.dir) ? refusal(error) : fileReason('written', error);
    throw new DemoBackboneError(
      `${t("the demo model 'demo-{0}' cannot be made in {1}: {2}", size, dirname(dir), reason)}${hint}`,
    );
  }
  return dir;
}
