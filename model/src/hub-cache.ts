import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/*
 * The cache that Hugging Face's programs share: `models--<owner>--<name>/snapshots/<commit>/` holds a model's files, as
 * links into `blobs/`, and `refs/main` names the commit that was fetched last. It is read, and never written.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the cache is, by the variables that Hugging Face's programs go by. */
export function hubCacheFolder(environment: Environment = process.env): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return expanded(HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub'));
}

function expanded(path: string): string {
  return /^~(?=[/\\]|$)/.test(path) ? join(homedir(), path.slice(1)) : path;
}

/** `gpt2` or `owner/name`, in the characters that Hugging Face allows; a path is none that starts with a dot. */
export function isHubId(text: string): boolean {
  return /^\w[\w.-]*(\/\w[\w.-]*)?$/.test(text) && !text.includes('--') && !text.includes('..');
}

/** The folder of a model that has been fetched; undefined where the cache has none of it. */
export async function cachedModelFolder(id: string, environment?: Environment): Promise<string | undefined> {
  if (!isHubId(id)) return undefined;
  const snapshots = join(hubCacheFolder(environment), folderName(id), 'snapshots');
  const commit = await readFile(join(snapshots, '../refs/main'), 'utf8').catch(() => '');
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
