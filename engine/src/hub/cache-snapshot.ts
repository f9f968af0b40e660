import { copyFile, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { hubReference } from '../../../model/src/hub-cache.ts';
import { makeFolders } from '../atomic-folder.ts';
import { flushFile, writeFileAtomic } from '../atomic-write.ts';
import { whenLetGo } from '../when-let-go.ts';
import type { HubFile } from './hub-listing.ts';

const INCOMPLETE = '.ptask.incomplete';

/**
 * The part of the cache that a commit of a model is in, laid out as Hugging Face's programs do: contents in `blobs/`, by their
 * hashes; in `snapshots/<commit>/` a link to each by its name; in `refs/` the commit that a name such as `main` stands for.
 */
export class CacheSnapshot {
  /** Where the model's files are found. */
  readonly folder: string;
  readonly #modelFolder: string;

  /** @param modelFolder as `hubModelFolder` gives it */
  constructor(modelFolder: string, commit: string) {
    this.#modelFolder = modelFolder;
    this.folder = join(modelFolder, 'snapshots', commit);
  }

  blob({ digest }: HubFile): string {
    return join(this.#modelFolder, 'blobs', digest.hash);
  }

  /** Whether a file's content is there, under its name or not yet. */
  async hasContent(file: HubFile): Promise<boolean> {
    return (await this.hasFile(file)) || isWhole(this.blob(file), file);
  }

  async hasFile(file: HubFile): Promise<boolean> {
    return isWhole(this.#pathOf(file), file);
  }

  /** Makes the folder that contents are put into. */
  async prepare(): Promise<void> {
    await makeFolders(join(this.#modelFolder, 'blobs'));
  }

  /**
   * Gives a content its name. Where there are no links, as on Windows without its developer mode, the file itself is put
   * there: moved, if it has just been fetched, and copied, as others may know it by its hash.
   */
  async name(
    file: HubFile,
    { isNew, symlinks }: { readonly isNew: boolean; readonly symlinks: boolean },
  ): Promise<void> {
    const path = this.#pathOf(file);
    const blob = this.blob(file);
    await makeFolders(dirname(path));
    await whenLetGo(() => rm(path, { force: true }));
    if (symlinks && (await linked(relative(dirname(path), blob), path))) return;
    if (isNew && (await moved(blob, path))) return;
    // A copy has the name when it is whole: of one that is cut, other programs would not know.
    const copy = path + INCOMPLETE;
    await whenLetGo(() => copyFile(blob, copy));
    await flushFile(copy);
    await whenLetGo(() => rename(copy, path));
    if (isNew) await whenLetGo(() => rm(blob, { force: true }));
  }

  /** Takes away what downloads of other contents have left, which nobody will go on with. */
  async removeIncomplete(): Promise<void> {
    const blobs = join(this.#modelFolder, 'blobs');
    const names = (await readdir(blobs).catch(() => [])).filter((name) => name.endsWith(INCOMPLETE));
    // What cannot be taken away now is after the next fetch, and no reason for this one to fail.
    await Promise.all(names.map((name) => rm(join(blobs, name), { force: true }).catch(() => undefined)));
  }

  /** The part of a content that is there already; no other program uses such names. */
  incomplete(file: HubFile): string {
    return this.blob(file) + INCOMPLETE;
  }

  /** Whether everything is said and there, so that nothing has to be written. */
  async isFetched(files: readonly HubFile[], revision: string, commit: string): Promise<boolean> {
    const referred = readFile(hubReference(this.#modelFolder, revision), 'utf8').catch(() => undefined);
    if (revision !== commit && (await referred) !== commit) return false;
    return (await Promise.all(files.map((file) => this.hasFile(file)))).every(Boolean);
  }

  /** Says which commit a revision stands for; a commit stands for itself. */
  async refer(revision: string, commit: string): Promise<void> {
    if (revision === commit) return;
    const path = hubReference(this.#modelFolder, revision);
    await makeFolders(dirname(path));
    await writeFileAtomic(path, new TextEncoder().encode(commit));
  }

  #pathOf({ path }: HubFile): string {
    return join(this.folder, ...path.split('/'));
  }
}

/** Not where contents are kept on another disk. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await whenLetGo(() => rename(from, to));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') return false;
    throw error;
  }
}

async function isWhole(path: string, { bytes }: HubFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size === bytes;
}

/** What is said where there are no links; EISDIR is what Node makes of Windows' answer for a disk with exFAT. */
const NO_LINKS = ['EPERM', 'EACCES', 'EISDIR', 'ENOSYS', 'ENOTSUP', 'UNKNOWN'];

async function linked(target: string, path: string): Promise<boolean> {
  try {
    await symlink(target, path, 'file');
    return true;
  } catch (error) {
    if (NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
