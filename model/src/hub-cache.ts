import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, expanded } from './expanded-path.ts';
import { homeFolder } from './home-folder.ts';
import { isHubId } from './hub-id.ts';
import { readWhole } from './read-whole.ts';

/*
 * The cache that Hugging Face's programs share: `models--<owner>--<name>/snapshots/<commit>/` holds a model's files, as
 * links into `blobs/`, and `refs/main` names the commit that was fetched last. It is read here, and never written.
 */

/** Where the cache is, by the variables that Hugging Face's programs go by. */
export function hubCacheFolder(environment: Environment = process.env): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE } = environment;
  return expanded(HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(hubHome(environment), 'hub'), environment);
}

/** Where Hugging Face's programs keep what they share, the token of the user among it. */
export function hubHome(environment: Environment = process.env): string {
  const { HF_HOME, XDG_CACHE_HOME } = environment;
  return expanded(HF_HOME || join(XDG_CACHE_HOME || join(homeFolder(), '.cache'), 'huggingface'), environment);
}

/** Where the cache keeps everything of a model, whether it has any of it or not. */
export function hubModelFolder(id: string, cacheFolder = hubCacheFolder()): string {
  return join(cacheFolder, folderName(id));
}

/** The file that says which commit a name such as `main` stands for; it is written when the model has been fetched. */
export function hubReference(modelFolder: string, revision = 'main'): string {
  return join(modelFolder, 'refs', ...revision.split('/'));
}

/** Where programs that fetch the model keep each other off. */
export function hubLockFolder(id: string, cacheFolder: string): string {
  return join(cacheFolder, '.locks', folderName(id));
}

/** The folder of a model that has been fetched; undefined where the cache has none of it. */
export async function cachedModelFolder(id: string, environment?: Environment): Promise<string | undefined> {
  if (!isHubId(id)) return undefined;
  const snapshots = join(hubModelFolder(id, hubCacheFolder(environment)), 'snapshots');
  const commit = await readWhole(join(snapshots, '../refs/main'), MOST_OF_REFERENCE).then(String, () => '');
  const fetched = await foldersIn(snapshots);
  const main = fetched.find((name) => name === commit.trim());
  const newest = main ?? (await newestOf(snapshots, fetched));
  return newest && join(snapshots, newest);
}

/** The ids of all models in the cache, whole or not, in alphabetical order. */
export async function cachedModels(environment?: Environment): Promise<string[]> {
  const names = await foldersIn(hubCacheFolder(environment));
  const ids = names.flatMap((name) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length).replace('--', '/')] : []));
  return ids.filter(isHubId).sort();
}

/** In bytes; it is the name of a commit. */
const MOST_OF_REFERENCE = 1024;

const PREFIX = 'models--';

function folderName(id: string): string {
  return PREFIX + id.replace('/', '--');
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** A model that was fetched at another revision than `main` has no reference to go by. */
async function newestOf(folder: string, names: readonly string[]): Promise<string | undefined> {
  const changed = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  return changed.sort((a, b) => b.at - a.at)[0]?.name;
}
