import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { onTestFinished } from 'vitest';
import { type FetchOptions, type FetchProgress, fetchModel, planFetch } from '../../../engine/src/hub/fetch-model.ts';
import { HubError } from '../../../engine/src/hub/hub-error.ts';
import type { HubSettings } from '../../../engine/src/hub/hub-settings.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';
import { HubServer, type ServedModel } from './hub-server.ts';
import { ID, tinyModel } from './tiny-served-model.ts';

export * from './tiny-served-model.ts';

/** A hub that ends with the test. */
export async function startHub(models: Readonly<Record<string, ServedModel>>): Promise<HubServer> {
  const server = await HubServer.start(models);
  onTestFinished(() => server.close());
  return server;
}

/** A hub with one model, a cache of its own, and what a fetch needs to know of both. Pauses are noted and not taken. */
export async function hub(model: ServedModel = tinyModel(), settings: Partial<HubSettings> = {}) {
  const server = await startHub({ [ID]: model });
  const cacheFolder = await temporaryFolder();
  const pauses: number[] = [];
  const options: FetchOptions = {
    settings: {
      endpoint: server.url,
      token: undefined,
      offline: false,
      unusedProxy: undefined,
      cacheFolder,
      symlinks: true,
      ...settings,
    },
    signal: new AbortController().signal,
    pause: async (seconds) => {
      pauses.push(seconds);
    },
  };
  const progress: FetchProgress[] = [];
  const report = (state: FetchProgress) => {
    progress.push(state);
  };
  return {
    server,
    cacheFolder,
    pauses,
    progress,
    options,
    plan: () => planFetch(ID, 'main', options),
    fetch: async (changes: Partial<FetchOptions & { report: (state: FetchProgress) => void }> = {}) =>
      fetchModel(await planFetch(ID, 'main', options), { ...options, report, ...changes }),
  };
}

/** Why a fetch failed; fails itself where it did not. */
export async function failure(fetching: Promise<unknown>): Promise<HubError> {
  const error = await fetching.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HubError) return error;
  throw error ?? new Error('nothing failed');
}

/** Everything in a folder: files with their content, links with `→`. */
export async function tree(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    (entry) => !entry.isDirectory(),
  );
  const paths = names.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
  return Promise.all(
    paths.map(async (path) => {
      const isLink = (await lstat(path)).isSymbolicLink();
      return `${path.slice(folder.length + 1).replaceAll(sep, '/')}${isLink ? ' →' : ''}`;
    }),
  );
}

export const textOf = (path: string): Promise<string> => readFile(path, 'utf8');
