import { readdir, readlink, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import nodePath from 'node:path';

/** What is asked of the disk, and whose paths they are. */
export interface Disk {
  readonly path: nodePath.PlatformPath;
  realpath(file: string): Promise<string>;
  readlink(file: string): Promise<string>;
  /** The names of the links in a folder; none where it is no folder. */
  linksIn(folder: string): Promise<readonly string[]>;
}

const DISK: Disk = {
  path: nodePath,
  realpath,
  readlink,
  linksIn: async (folder) => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
  },
};

/** Where runs are written, beside the task file. A project may come with a link in its place. */
const RUNS = ['.ptask', 'runs'] as const;

/**
 * Of the paths that a task file names, and of the folder of its runs, those that lead out of the workspace: absolute, and where a
 * link leads elsewhere than it is called, with where it leads, so that a link that has come to lead elsewhere is another one. The
 * task file's own folder counts as part of the workspace. Of a folder, such as a model's, the links in it count as well.
 * @param paths as they are written in the task file
 * @param folders of the workspace
 */
export async function outsidePaths(
  taskFile: string,
  paths: readonly string[],
  folders: readonly string[],
  disk: Disk = DISK,
): Promise<string[]> {
  const { path } = disk;
  const own = path.dirname(taskFile);
  const near = [own, ...folders];
  const inside = await Promise.all(near.map((folder) => realPath(folder, disk)));
  const isInside = (file: string) => inside.some((folder) => isWithin(file, folder, disk));
  const named = [...paths, path.join(...RUNS)].map((written) =>
    path.resolve(own, written.replace(/^~(?=[/\\])/, homedir())),
  );
  const leaving = async (file: string): Promise<string[]> => {
    // Another machine is told the user's name, and more, by whoever only looks whether a file is there.
    if (isElsewhere(file, near, disk)) return [file];
    const real = await realPath(file, disk);
    if (isInside(real)) return [];
    return [real === file ? file : `${file}${LEADS_TO}${real}`];
  };
  const found = await Promise.all(
    named.map(async (file) => {
      const itself = await leaving(file);
      if (itself.length > 0) return itself;
      const links = await disk.linksIn(file);
      return (await Promise.all(links.map((name) => leaving(path.join(file, name))))).flat();
    }),
  );
  return [...new Set(found.flat())].sort();
}

const LEADS_TO = ' → ';

/** What is called in one of `outsidePaths`: a path, and where it leads. */
export function waysOf(outside: string): string[] {
  return outside.split(LEADS_TO);
}

/** Whether a path is on a machine on which nothing of the workspace is. */
function isElsewhere(file: string, near: readonly string[], { path }: Disk): boolean {
  const rootOf = (some: string) => path.parse(some).root.toLowerCase();
  const root = rootOf(file);
  if (!root.startsWith('\\\\')) return false;
  // What is in front of a path to a device says nothing of which one.
  return /^\\\\[?.]\\/.test(root) || !near.some((folder) => rootOf(folder) === root);
}

/** As many links on end as Linux follows. */
const MOST_LINKS = 40;

/** Where a path leads; of one that is not there, where its nearest folder does. */
async function realPath(file: string, disk: Disk, links = MOST_LINKS): Promise<string> {
  const { path } = disk;
  try {
    return await disk.realpath(file);
  } catch {
    const parent = path.dirname(file);
    if (parent === file) return file;
    const folder = await realPath(parent, disk, links);
    const inFolder = path.join(folder, path.basename(file));
    // What is written goes through a link also where nothing is behind it yet.
    const target = links === 0 ? undefined : await disk.readlink(inFolder).catch(() => undefined);
    return target === undefined ? inFolder : realPath(path.resolve(folder, target), disk, links - 1);
  }
}

function isWithin(file: string, folder: string, { path }: Disk): boolean {
  const way = path.relative(folder, file);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}
