import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { t } from '../../l10n/src/words.ts';
import { type DemoBackbone, type LocateDemoOptions, locateDemo } from './demo/demo-folder.ts';
import { DEMO_MODEL, DEMO_MODELS, DEMO_SIZES } from './demo/packages.ts';
import { isAbsence } from './file-reason.ts';
import { homeFolder } from './home-folder.ts';
import { cachedModelFolder, hubCacheFolder } from './hub-cache.ts';
import { isHubId } from './hub-id.ts';

export type LocatedModel =
  /** `isFetched` of one in the Hugging Face cache, which may have been fetched in part only. */
  | { readonly kind: 'folder'; readonly dir: string; readonly isFetched: boolean }
  /** Its folder may have to be made first. */
  | { readonly kind: 'demo'; readonly demo: DemoBackbone }
  | { readonly kind: 'not-found'; readonly problem: string };

/**
 * What a task file's `model` means. Nothing is made or fetched.
 * @param spec `demo`, `demo-tiny`, `demo-base`, `demo-small`, a folder (`~` is the home folder), or the Hugging Face id of a
 *   model in that cache; a folder goes before an id of the same name
 * @param baseDir the task file's folder, which a relative folder starts from
 */
export async function locateModel(
  spec: string,
  baseDir: string,
  options: LocateDemoOptions = {},
): Promise<LocatedModel> {
  const size = spec === 'demo' ? DEMO_MODEL : DEMO_SIZES.find((name) => spec === `demo-${name}`);
  if (size) {
    const demo = locateDemo(size, { from: [resolve(baseDir)], ...options });
    return typeof demo === 'string' ? { kind: 'not-found', problem: demo } : { kind: 'demo', demo };
  }
  const dir = /^~[/\\]/.test(spec) ? join(homeFolder(), spec.slice(2)) : resolve(baseDir, spec);
  const found = await stat(dir).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error)) {
    return found.isDirectory()
      ? { kind: 'folder', dir, isFetched: false }
      : { kind: 'not-found', problem: t('{0} is not a folder', dir) };
  }
  const cached = await cachedModelFolder(spec);
  if (cached) return { kind: 'folder', dir: cached, isFetched: true };
  // Who opens it is told why it cannot be looked at.
  if (!isAbsence(found)) return { kind: 'folder', dir, isFetched: false };
  const demos = DEMO_MODELS.join(', ');
  const problem = isHubId(spec)
    ? t(
        "there is no model folder {0}, and none of that name in the Hugging Face cache {1}; 'ptask fetch {2}' fetches it (or use one of {3})",
        dir,
        hubCacheFolder(),
        spec,
        demos,
      )
    : t('there is no model folder {0} (or use one of {1})', dir, demos);
  return { kind: 'not-found', problem };
}
