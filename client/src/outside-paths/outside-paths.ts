import { realpath } from 'node:fs/promises';
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
  const inside = await Promise.all([own, ...folders].map(realPath));
  const named = paths.map((written) => path.resolve(own, written.replace(/^~(?=[/\\])/, homedir())));
  const leaving = await Promise.all(
    named.map(async (file) => {
      const real = await realPath(file);
      return !inside.some((folder) => isWithin(real, folder));
    }),
  );
  return [...new Set(named.filter((_, place) => leaving[place]))].sort();
}

/** Where a path leads; of one that is not there, where its nearest folder does. */
async function realPath(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(await realPath(parent), path.basename(file));
  }
}

function isWithin(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}
