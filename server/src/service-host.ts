import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { cachedModels } from '../../model/src/hub-cache.ts';
import { nodeEnvironment } from '../../task/src/node-environment.ts';
import { onePath } from '../../task/src/one-path.ts';
import { type FarMachines, leavingAlone } from './far-machines.ts';
import { ModelCache } from './model-cache.ts';
import { ModelSummaries } from './model-summaries.ts';
import { oneATurn } from './one-a-turn.ts';
import type { FolderEntry, ServiceHost } from './service/host.ts';
import { filePath, fileUri } from './uris.ts';

/** Milliseconds without a keystroke before data, model and prompt table are looked at. */
const PAUSE = 100;

/** The language service's surroundings on this machine, and on those others that may be asked. */
export function serviceHost(to: Pick<ServiceHost, 'publish' | 'onChecked' | 'onError'>, far: FarMachines): ServiceHost {
  const breathe = oneATurn();
  const models = new ModelCache(breathe);
  const summaries = new ModelSummaries();
  return {
    ...to,
    environment: leavingAlone(far, nodeEnvironment({ model: (reference) => models.facts(reference) })),
    listFolder: async (path) => (far.blocked(path) === undefined ? listFolder(path) : []),
    cachedModels: () => cachedModels(),
    modelSummary: (taskFile, model) => summaries.of(taskFile, model),
    // A document that is no file is none that a task file could name.
    toPath: (uri) => {
      const path = filePath(uri);
      // What the editor names it has opened, or found in its workspace.
      if (path !== undefined) far.allow(path);
      return path ?? uri;
    },
    toUri: fileUri,
    pause: () => setTimeout(PAUSE),
    breathe,
  };
}

async function listFolder(path: string): Promise<FolderEntry[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const name = onePath(entry.name);
      if (!entry.isSymbolicLink()) return { name, isFolder: entry.isDirectory() };
      // Data and models often lie on another disk; a link that leads nowhere is nothing that could be named.
      const target = await stat(join(path, entry.name)).catch(() => undefined);
      return target && { name, isFolder: target.isDirectory() };
    }),
  );
  return found.filter((entry) => entry !== undefined);
}
