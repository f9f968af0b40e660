import { readlink, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Of the paths that a task file names, those that lead out of the workspace, absolute; links are followed. The task file's
 * own folder counts as part of the workspace.
 * @param paths as they are written in the task file
 * @param folders of the workspace
 */
export async function outsidePaths(
  taskFile: string,
  paths: readonly string[],
  folders: readonly string[],
): Promise<string[]> {
  const own = path.dirname(taskFile);
  const inside = await Promise.all([own, ...folders].map((folder) => realPath(folder)));
  const named = paths.map((written) => path.resolve(own, written.replace(/^~(?=[/\\])/, homedir())));
  const leaving = await Promise.all(
    named.map(async (file) => {
      const real = await realPath(file);
      return !inside.some((folder) => isWithin(real, folder));
    }),
  );
  return [...new Set(named.filter((_, place) => leaving[place]))].sort();
}

/** As many links on end as Linux follows. */
const MOST_LINKS = 40;

/** Where a path leads; of one that is not there, where its nearest folder does. */
async function realPath(file: string, links = MOST_LINKS): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const parent = path.dirname(file);
    if (parent === file) return file;
    const folder = await realPath(parent, links);
    const inFolder = path.join(folder, path.basename(file));
    // What is written goes through a link also where nothing is behind it yet.
    const target = links === 0 ? undefined : await readlink(inFolder).catch(() => undefined);
    return target === undefined ? inFolder : realPath(path.resolve(folder, target), links - 1);
  }
}

function isWithin(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}
