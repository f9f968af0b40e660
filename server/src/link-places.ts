import { lstat, readlink, realpath } from 'node:fs/promises';
import { dirname, parse, resolve, sep } from 'node:path';
import { onePath } from '../../task/src/one-path.ts';

/** More links than systems follow for one path. */
const MOST_LINKS = 40;

/**
 * Where else a file is another one when it changes: the symbolic links on the way to it, and what they lead to, which need not
 * be there.
 */
export async function linkPlaces(path: string): Promise<string[]> {
  const real = await realpath(path).catch(() => undefined);
  if (real === path) return [];
  const places: string[] = [];
  let rest = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = await firstLink(rest);
    if (found === undefined) break;
    places.push(found.link);
    rest = found.path;
  }
  return places.length === 0
    ? []
    : [...new Set([...places, rest])].filter((place) => place !== path).map((place) => onePath(place));
}

/** The outermost link on the way to a path, and the path without it. */
async function firstLink(path: string): Promise<{ link: string; path: string } | undefined> {
  const { root } = parse(path);
  const names = path.slice(root.length).split(sep);
  let so = root;
  for (const [i, name] of names.entries()) {
    so = resolve(so, name);
    const found = await lstat(so).catch(() => undefined);
    if (found === undefined) return undefined;
    if (!found.isSymbolicLink()) continue;
    const target = await readlink(so).catch(() => undefined);
    return target === undefined ? undefined : { link: so, path: resolve(dirname(so), target, ...names.slice(i + 1)) };
  }
  return undefined;
}
