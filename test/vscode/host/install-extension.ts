import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Host } from './install-host.ts';

/** Installs a VSIX as a user would, and gives the extension's folder. */
export async function installExtension(host: Host, vsix: string, extensions: string): Promise<string> {
  await rm(extensions, { recursive: true, force: true });
  await promisify(execFile)(host.node, [
    host.server,
    ...['--accept-server-license-terms', '--extensions-dir', extensions, '--server-data-dir', `${extensions}-data`],
    ...['--install-extension', vsix],
  ]);
  const folder = (await readdir(extensions)).find((name) => name.startsWith('ptask.'));
  if (!folder) throw new Error(`${vsix} was not installed`);
  return path.join(extensions, folder);
}
