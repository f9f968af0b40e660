import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type DemoBackbone, type LocateDemoOptions, locateDemo } from './demo/demo-folder.ts';
import { DEMO_MODEL, DEMO_MODELS, DEMO_SIZES } from './demo/packages.ts';
import { cachedModelFolder, hubCacheFolder } from './hub-cache.ts';
import { isHubId } from './hub-id.ts';

export type LocatedModel =
  | { readonly kind: 'folder'; readonly dir: string }
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
  const dir = /^~[/\\]/.test(spec) ? join(homedir(), spec.slice(2)) : resolve(baseDir, spec);
  const found = await stat(dir).catch(() => undefined);
  if (found?.isDirectory()) return { kind: 'folder', dir };
  if (found) return { kind: 'not-found', problem: `${dir} is not a folder` };
  const cached = await cachedModelFolder(spec);
  if (cached) return { kind: 'folder', dir: cached };
  const hub = isHubId(spec)
    ? `, and none of that name in the Hugging Face cache ${hubCacheFolder()}; 'ptask fetch ${spec}' fetches it`
    : '';
  return {
    kind: 'not-found',
    problem: `there is no model folder ${dir}${hub} (or use one of ${DEMO_MODELS.join(', ')})`,
  };
}
