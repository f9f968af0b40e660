import { readFile } from 'node:fs/promises';
import { type Bundle, speak } from './words.ts';

/**
 * Makes this process speak an editor's language, where there is a bundle for it; it stays English where there is none.
 *
 * @param tag as editors name it, such as `sv` or `sv-SE`; undefined where they do not
 * @param bundles the folder that the bundles are in
 */
export async function speakLanguage(tag: string | undefined, bundles: URL): Promise<void> {
  const name = tag?.toLowerCase() ?? '';
  if (!/^[a-z]{2,3}(-[a-z0-9]+)*$/.test(name)) return;
  for (const candidate of new Set([name, name.split('-')[0]!])) {
    const bundle = await readBundle(new URL(`bundle.l10n.${candidate}.json`, bundles));
    if (bundle !== undefined) return speak(candidate, bundle);
  }
}

async function readBundle(file: URL): Promise<Bundle | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Bundle;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
