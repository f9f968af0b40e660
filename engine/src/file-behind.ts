import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** As many links on end as Linux follows. */
const MOST_LINKS = 40;

/**
 * The file that a path means, behind all links: two paths of one file give the same. Also of a file that is not there yet,
 * where a link to it may be.
 */
export async function fileBehind(path: string): Promise<string> {
  let file = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = await realpath(file).catch(() => undefined);
    if (found !== undefined) return found;
    // A link is relative to where it really is.
    const folder = await realpath(dirname(file)).catch(() => dirname(file));
    file = join(folder, basename(file));
    const next = await readlink(file).catch(() => undefined);
    if (next === undefined) return file;
    file = resolve(folder, next);
  }
  return path;
}
