import { execFile } from 'node:child_process';
import { chmod, cp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { t } from '../../../l10n/src/words.ts';
import type { PlanFetchCudaResult } from '../../../protocol/src/devices.ts';
import { flushAll, makeFolder, makeFolders, removeAbandoned } from '../atomic-folder.ts';
import { FileError, InputError } from '../errors.ts';
import { lockWhenFree } from '../file-lock.ts';
import { type BlobPlace, downloadBlob, incompleteBytes } from '../hub/blob-download.ts';
import type { FetchProgress } from '../hub/fetch-model.ts';
import { freeSpace } from '../hub/free-space.ts';
import { HubError } from '../hub/hub-error.ts';
import type { HubFile } from '../hub/hub-listing.ts';
import { HubRequests } from '../hub/hub-requests.ts';
import { requireAddress, unusedProxy, withoutPassword } from '../hub/hub-settings.ts';
import type { Pause } from '../hub/retries.ts';
import {
  CUDA_LIBRARIES,
  CUDA_RUNTIME_VERSION,
  cudaRuntimeFolder,
  fetchedRuntime,
  NATIVE_FOLDER,
} from '../runtime/cuda-runtime.ts';
import { runtimeVersion } from '../runtime/provider.ts';
import { formatBytes } from '../text.ts';

/*
 * The CUDA provider of ONNX Runtime is larger than everything else of ptask together, so it is fetched when it is asked for:
 * from the npm registry, in a package that somebody else keeps, whose bytes are held against the hash that stands here.
 */

const PACKAGE = 'com.github.asus4.onnxruntime.linux-x64-gpu';
const PACKAGE_VERSION = '0.4.9';

/** In the package. */
const LIBRARIES = 'package/Plugins/Linux/x64';

/** What the archive and its libraries take together while one is unpacked into the other. */
const UNPACKED_BYTES = 300 * 2 ** 20;

/** What is fetched. */
export interface CudaArchive extends HubFile {
  readonly licence: string;
}

export const CUDA_ARCHIVE: CudaArchive = {
  path: `${PACKAGE}/-/${PACKAGE}-${PACKAGE_VERSION}.tgz`,
  bytes: 179_145_956,
  digest: { kind: 'sha256', hash: '2b459e0c17f340c92970c10ed86de4f37a3009f93c14053e6ad4334cbb6be412' },
  licence: 'MIT',
};

/** @throws InputError where this machine cannot use it */
export async function planCuda(archive: CudaArchive = CUDA_ARCHIVE): Promise<PlanFetchCudaResult> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new InputError(t('CUDA is for Linux on x64, and this is {0} on {1}', process.platform, process.arch));
  }
  if (runtimeVersion() !== CUDA_RUNTIME_VERSION) {
    throw new InputError(
      t('the CUDA provider is of ONNX Runtime {0}, and this is {1}', CUDA_RUNTIME_VERSION, runtimeVersion()),
    );
  }
  const { blob, incomplete } = archivePlace();
  const packed = Math.max(await incompleteBytes(blob, archive), await incompleteBytes(incomplete, archive));
  const { bytes, licence } = archive;
  const present = fetchedRuntime() ? bytes : packed;
  return { folder: cudaRuntimeFolder(), bytes, missingBytes: bytes - present, licence };
}

export interface FetchCudaOptions {
  readonly signal: AbortSignal;
  readonly report: (progress: FetchProgress) => void;
  /** The npm registry; the one that npm uses where it is left out. */
  readonly registry?: string;
  readonly archive?: CudaArchive;
  readonly pause?: Pause;
}

/**
 * Fetches the provider and puts it beside a copy of the runtime, all of it or nothing. What was fetched when it is cut stays
 * for the next time, as does all of it where it cannot be unpacked. Where another process does the same, it is waited for.
 * @throws HubError, FileError, InputError; the signal's reason when it is aborted
 */
export async function fetchCuda({
  signal,
  report,
  registry = registryOf(),
  archive = CUDA_ARCHIVE,
  pause,
}: FetchCudaOptions): Promise<string> {
  const folder = cudaRuntimeFolder();
  const place = archivePlace();
  let present = 0;
  const tell = (waiting?: FetchProgress['waiting']) => report({ present, ...(waiting && { waiting }) });
  try {
    await makeFolders(path.dirname(folder));
    const lock = await lockWhenFree(`${folder}.lock`, signal, ({ holder, lock }) => tell({ holder, lock }));
    try {
      // Whoever has the lock is the only one that makes it, and what was left unpacked takes half a gigabyte.
      await removeAbandoned(folder, -1);
      if (fetchedRuntime()) return folder;
      await requireSpace(folder, archive);
      // One that could not be unpacked is held against its hash again.
      await rename(place.blob, place.incomplete).catch(() => undefined);
      await downloadBlob(requestsTo(registry), archive, place, {
        commit: PACKAGE_VERSION,
        signal,
        received: (bytes) => {
          present = bytes;
          tell();
        },
        waiting: (seconds, problem) => tell({ seconds, problem }),
        pause,
      });
      // There may be one of which something is gone.
      await rm(folder, { recursive: true, force: true });
      await makeFolder(folder, (temporary) => assemble(temporary, place.blob));
      await rm(place.blob, { force: true });
      return folder;
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined
      ? error
      : FileError.from(path.dirname(folder), 'written', error);
  }
}

/** The registry that npm uses, as far as a variable says so. */
function registryOf({ npm_config_registry, NPM_CONFIG_REGISTRY }: NodeJS.ProcessEnv = process.env): string {
  return npm_config_registry || NPM_CONFIG_REGISTRY || 'https://registry.npmjs.org';
}

/** The registry in the place of the hub. */
function requestsTo(address: string): Pick<HubRequests, 'file' | 'page'> {
  const registry = address.trim().replace(/\/+$/, '');
  requireAddress(registry, {
    source: 'npm_config_registry',
    otherwise: t("the npm registry is '{0}', which is no http or https address", withoutPassword(address)),
  });
  const requests = new HubRequests({ endpoint: registry, token: undefined, unusedProxy: unusedProxy() }, PACKAGE);
  return {
    page: requests.page,
    file: (_commit, name, request) =>
      requests.get(name, request).catch((error: unknown) => {
        if (!(error instanceof HubError) || error.reason === 'unreachable') throw error;
        throw new HubError('not-found', t('{0} does not give out {1} {2}', registry, PACKAGE, PACKAGE_VERSION), {
          cause: error,
        });
      }),
  };
}

function archivePlace(): BlobPlace {
  const blob = `${cudaRuntimeFolder()}.tgz`;
  return { blob, incomplete: `${blob}.incomplete` };
}

async function requireSpace(folder: string, { bytes }: CudaArchive): Promise<void> {
  const free = await freeSpace(folder);
  if (free !== undefined && free < bytes + UNPACKED_BYTES) {
    const needed = formatBytes(bytes + UNPACKED_BYTES);
    throw new HubError(
      'disk',
      t('{0} are needed in {1}, which has room for {2}', needed, path.dirname(folder), formatBytes(free)),
    );
  }
}

/** The program's own runtime with the provider's libraries beside its own. */
async function assemble(folder: string, archive: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const node = path.dirname(require.resolve('onnxruntime-node/package.json'));
  // Its main file is dist/cjs/index.js.
  const main = createRequire(path.join(node, 'package.json')).resolve('onnxruntime-common');
  const common = path.resolve(main, '../../..');
  const runtime = path.join(folder, 'node_modules', 'onnxruntime-node');
  for (const part of ['package.json', 'dist', NATIVE_FOLDER])
    await copy(path.join(node, part), path.join(runtime, part));
  for (const part of ['package.json', 'dist']) {
    await copy(path.join(common, part), path.join(folder, 'node_modules', 'onnxruntime-common', part));
  }
  const beside = path.join(runtime, NATIVE_FOLDER);
  const depth = String(LIBRARIES.split('/').length);
  const members = CUDA_LIBRARIES.map((name) => `${LIBRARIES}/${name}`);
  await unpack(['-xzf', archive, '-C', beside, '--strip-components', depth, ...members]);
  for (const name of CUDA_LIBRARIES) await chmod(path.join(beside, name), 0o755);
  await flushAll(folder);
}

async function unpack(options: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('tar', options);
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    throw new InputError(
      code === 'ENOENT'
        ? t("the program 'tar', which unpacks what has been fetched, is not there; install it, and try again")
        : t('what has been fetched cannot be unpacked: {0}', (stderr || String(error)).trim().split('\n')[0]!),
      { cause: error },
    );
  }
}

function copy(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true, dereference: true });
}
