import { join } from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import { SUPPORTED_MODEL_TYPES } from '../../../model/src/architectures/index.ts';
import { DEMO_MODELS } from '../../../model/src/demo/packages.ts';
import { hubLockFolder, hubModelFolder } from '../../../model/src/hub-cache.ts';
import { isHubId } from '../../../model/src/hub-id.ts';
import { short } from '../../../model/src/shown.ts';
import { makeFolders } from '../atomic-folder.ts';
import { FileError, InputError } from '../errors.ts';
import { type FileLock, type LockedError, lockWhenFree } from '../file-lock.ts';
import { formatBytes } from '../text.ts';
import { sum } from '../vectors.ts';
import { downloadBlob, incompleteBytes } from './blob-download.ts';
import { CacheSnapshot } from './cache-snapshot.ts';
import { freeSpace } from './free-space.ts';
import { HubError } from './hub-error.ts';
import { type HubFile, type HubListing, readListing } from './hub-listing.ts';
import { HubRequests } from './hub-requests.ts';
import type { HubSettings } from './hub-settings.ts';
import { neededFiles } from './needed-files.ts';
import { inParallel } from './parallel.ts';
import { type Pause, type RetryOptions, withRetries } from './retries.ts';

export interface FetchOptions {
  readonly settings: HubSettings;
  readonly signal: AbortSignal;
  readonly pause?: Pause;
}

/** What fetching a model takes, before anything is fetched. */
export interface FetchPlan extends Pick<HubListing, 'commit' | 'gated' | 'architecture' | 'parameters'> {
  readonly id: string;
  readonly revision: string;
  /** The model's page on the hub. */
  readonly page: string;
  /** Where its files will be found. */
  readonly folder: string;
  readonly files: readonly PlannedFile[];
  /** Of all its files. */
  readonly bytes: number;
  /** Of those, what is not there yet. */
  readonly missingBytes: number;
}

export interface PlannedFile extends HubFile {
  /** How many of its bytes are there. */
  readonly present: number;
}

/** How far it has come. */
export interface FetchProgress {
  /** Bytes that are there, of `FetchPlan.bytes`. */
  readonly present: number;
  /** Why nothing happens for a moment. */
  readonly waiting?: { readonly seconds: number; readonly problem: string } | Pick<LockedError, 'holder' | 'lock'>;
}

/** Requests for the list of files may fail so often; there is no hurry, but a user waits. */
const MOST_FAILURES = 3;

/** Files that are fetched at once. */
const AT_ONCE = 4;

/**
 * Asks the hub what a model consists of.
 * @throws HubError where it cannot be fetched or would be of no use; the signal's reason when it is aborted
 */
export async function planFetch(
  id: string,
  revision: string,
  { settings, signal, pause, waiting }: FetchOptions & Pick<RetryOptions, 'waiting'>,
): Promise<FetchPlan> {
  if (DEMO_MODELS.includes(id)) throw new InputError(t("'{0}' comes with ptask; there is nothing to fetch", id));
  if (!isHubId(id))
    throw new InputError(t("'{0}' is no name of a model on Hugging Face, such as openai-community/gpt2", id));
  if (!isRevision(revision)) throw new InputError(t("'{0}' is no name of a revision, such as main", revision));
  if (settings.offline) throw new HubError('offline', t('HF_HUB_OFFLINE is set, so {0} is not fetched', id));
  const requests = new HubRequests(settings, id);
  const answer = await withRetries(() => requests.describe(revision, signal), {
    tries: MOST_FAILURES,
    signal,
    ...(waiting && { waiting }),
    ...(pause && { pause }),
  });
  const { files: all, ...listing } = readListing(answer);
  requireSupported(id, listing.architecture);
  const snapshot = new CacheSnapshot(hubModelFolder(id, settings.cacheFolder), listing.commit);
  const files = await planFiles(snapshot, neededFiles(id, all));
  const bytes = sum(files.map((file) => file.bytes));
  const present = sum(files.map((file) => file.present));
  return {
    id,
    revision,
    ...listing,
    page: requests.page,
    folder: snapshot.folder,
    files,
    bytes,
    missingBytes: bytes - present,
  };
}

/**
 * Fetches what is planned into the cache that Hugging Face's programs share. Other programs see the model when all of it is
 * there. Whatever ends it, a later call goes on from there.
 * @returns the model's folder
 * @throws HubError, FileError; the signal's reason when it is aborted
 */
export async function fetchModel(
  { id, revision, commit, files, folder }: FetchPlan,
  {
    settings,
    signal,
    pause,
    report = () => undefined,
  }: FetchOptions & { readonly report?: (progress: FetchProgress) => void },
): Promise<string> {
  const requests = new HubRequests(settings, id);
  const snapshot = new CacheSnapshot(hubModelFolder(id, settings.cacheFolder), commit);
  const present = new Map<string, number>(files.map((file) => [file.path, file.present]));
  const tell = (waiting?: FetchProgress['waiting']) =>
    report({ present: sum([...present.values()]), ...(waiting && { waiting }) });
  // A cache that many share may be open to reading alone.
  if (await snapshot.isFetched(files, revision, commit)) {
    tell();
    return folder;
  }
  const lock = await lockModel(id, settings, signal, ({ holder, lock }) => tell({ holder, lock }));
  try {
    await snapshot.prepare();
    // Another process may have fetched some of it since.
    const planned = await planFiles(snapshot, files);
    for (const file of planned) present.set(file.path, file.present);
    tell();
    await requireSpace(planned, settings.cacheFolder);
    const contents = sharedContents(planned);
    const fresh = new Set<string>();
    await inParallel([...contents.values()], AT_ONCE, signal, async (sharers, stop) => {
      const [file] = sharers;
      if (!file || (await snapshot.hasContent(file))) return;
      await downloadBlob(
        requests,
        file,
        { blob: snapshot.blob(file), incomplete: snapshot.incomplete(file) },
        {
          commit,
          signal: stop,
          pause,
          received: (bytes) => {
            for (const { path } of sharers) present.set(path, bytes);
            tell();
          },
          waiting: (seconds, problem) => tell({ seconds, problem }),
        },
      );
      fresh.add(file.digest.hash);
    });
    // The weights last: a model that has them has everything.
    for (const file of planned.toSorted((a, b) => a.bytes - b.bytes)) {
      const { hash } = file.digest;
      const isNew = fresh.has(hash) && contents.get(hash)?.length === 1;
      if (!(await snapshot.hasFile(file))) await snapshot.name(file, { isNew, symlinks: settings.symlinks });
    }
    await snapshot.refer(revision, commit);
    await snapshot.removeIncomplete();
    return folder;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined
      ? error
      : FileError.from(settings.cacheFolder, 'written', error);
  } finally {
    await lock.release();
  }
}

function isRevision(text: string): boolean {
  return /^[\w.-]+(\/[\w.-]+)*$/.test(text) && !text.split('/').some((part) => /^\.+$/.test(part));
}

/** Gigabytes of no use are better not fetched. Where the hub does not say what a model is, that is seen afterwards. */
function requireSupported(id: string, architecture: string | undefined): void {
  const supported: readonly string[] = SUPPORTED_MODEL_TYPES;
  if (architecture === undefined || supported.includes(architecture)) return;
  const list = supported.join(', ');
  throw new HubError(
    'unusable',
    t("{0} cannot be used: it is of type '{1}'; supported: {2}", id, short(architecture), list),
  );
}

async function planFiles(snapshot: CacheSnapshot, files: readonly HubFile[]): Promise<PlannedFile[]> {
  return Promise.all(
    files.map(async ({ path, bytes, digest }) => {
      const file = { path, bytes, digest };
      const isThere = await snapshot.hasContent(file);
      return { ...file, present: isThere ? bytes : await incompleteBytes(snapshot.incomplete(file), file) };
    }),
  );
}

/** Files by their hash: two may have the same content, which is fetched once. */
function sharedContents(files: readonly PlannedFile[]): Map<string, PlannedFile[]> {
  const contents = new Map<string, PlannedFile[]>();
  for (const file of files) {
    const sharers = contents.get(file.digest.hash);
    if (sharers) sharers.push(file);
    else contents.set(file.digest.hash, [file]);
  }
  return contents;
}

/** Python's lock on the same folder cannot be asked for from Node; a collision with it costs only that bytes are fetched twice. */
async function lockModel(
  id: string,
  { cacheFolder }: HubSettings,
  signal: AbortSignal,
  waiting: (locked: LockedError) => void,
): Promise<FileLock> {
  const locks = hubLockFolder(id, cacheFolder);
  await makeFolders(locks).catch((error: unknown) => {
    throw FileError.from(locks, 'written', error);
  });
  return lockWhenFree(join(locks, 'ptask'), signal, waiting);
}

async function requireSpace(files: readonly PlannedFile[], cacheFolder: string): Promise<void> {
  const needed = sum(files.map(({ bytes, present }) => bytes - present));
  const free = await freeSpace(cacheFolder);
  if (free === undefined || needed <= free) return;
  throw new HubError(
    'disk',
    t(
      '{0} are to be fetched, but {1} has room for {2}: make room, or set HF_HOME to a folder on a larger disk',
      formatBytes(needed),
      cacheFolder,
      formatBytes(free),
    ),
  );
}
