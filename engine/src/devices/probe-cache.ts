import { readdir, readFile } from 'node:fs/promises';
import { release } from 'node:os';
import path from 'node:path';
import { locale } from '../../../l10n/src/words.ts';
import { cacheFolder } from '../../../model/src/demo/cache-folder.ts';
import { isJsonObject } from '../../../model/src/json.ts';
import type { Adapter } from '../../../protocol/src/devices.ts';
import { makeFolders } from '../atomic-folder.ts';
import { writeFileAtomic } from '../atomic-write.ts';
import { fileStamp } from '../model-memo.ts';
import { fetchedRuntime } from '../runtime/cuda-runtime.ts';
import { runtimeVersion } from '../runtime/provider.ts';
import { VERSION } from '../version.ts';
import type { Probe } from './probe.ts';

/** What came of trying the devices of this machine, where nothing has changed since. */
export async function readProbes(): Promise<Map<string, Probe>> {
  const probes = new Map<string, Probe>();
  try {
    const cached = JSON.parse(await readFile(cacheFile(), 'utf8')) as { surroundings?: unknown; probes?: unknown };
    if (cached.surroundings !== (await surroundings())) return probes;
    for (const [name, found] of Object.entries(cached.probes as object)) {
      if (isProbe(found)) probes.set(name, found);
    }
  } catch {
    // No cache, or one that cannot be read, is none.
  }
  return probes;
}

/** Keeps what is known, a crash as well: no run is to wait for one again. A cache that cannot be written is none. */
export async function rememberProbes(probes: ReadonlyMap<string, Probe>): Promise<void> {
  const text = JSON.stringify({ surroundings: await surroundings(), probes: Object.fromEntries(probes) });
  try {
    await makeFolders(cacheFolder());
    await writeFileAtomic(cacheFile(), new TextEncoder().encode(`${text}\n`));
  } catch {}
}

function cacheFile(): string {
  // A reason is kept in the language that it was said in.
  return path.join(cacheFolder(), locale() === 'en' ? 'devices.json' : `devices.${locale()}.json`);
}

/** Of another version, or spoilt, it may say anything. */
function isProbe(value: unknown): value is Probe {
  if (!isJsonObject(value) || typeof value.milliseconds !== 'number') return false;
  const { state, float16, adapter, reason, missing } = value;
  if (state === 'works') return typeof float16 === 'boolean' && (adapter === undefined || isAdapter(adapter));
  if (state !== 'fails' && state !== 'died') return false;
  return typeof reason === 'string' && isOptional('string', missing);
}

function isAdapter(value: unknown): value is Adapter {
  if (!isJsonObject(value)) return false;
  const { name, software, memoryBytes, driver } = value;
  const isNamed = typeof name === 'string' && typeof software === 'boolean';
  return isNamed && isOptional('number', memoryBytes) && isOptional('string', driver);
}

function isOptional(type: 'string' | 'number', value: unknown): boolean {
  return value === undefined || typeof value === type;
}

/** Where the loaders of graphics drivers look, and what says which driver there is. */
const DRIVER_FILES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/proc/driver/nvidia/version',
    '/etc/ld.so.cache',
    '/dev/nvidiactl',
    '/dev/dri',
    '/usr/share/vulkan/icd.d',
    '/etc/vulkan/icd.d',
  ],
  win32: ['nvcuda.dll', 'vulkan-1.dll', 'd3d12.dll', 'DirectML.dll'].map((name) =>
    path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', name),
  ),
};

/**
 * Folders that the system's loader looks for libraries in: on Windows, those of programs, to which npm and npx add some for the folder
 * that they are called in, and which hold none.
 */
export function libraryFolders(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (platform !== 'win32') return env.LD_LIBRARY_PATH ?? '';
  const folders = (env.PATH ?? '').split(';');
  return folders.filter((folder) => !/[\\/]node_modules([\\/]|$)/i.test(folder)).join(';');
}

const VARIABLES = ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'CUDA_VISIBLE_DEVICES'];

/** Changes with anything that a device may begin or cease to work by. */
async function surroundings(): Promise<string> {
  const drivers = (DRIVER_FILES[process.platform] ?? []).map(async (file) => `${file}: ${await contents(file)}`);
  const variables = VARIABLES.map((name) => `${name}: ${process.env[name] ?? ''}`);
  // A library that was missing may have been put where it is looked for.
  const libraries = (process.env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  return [
    VERSION,
    runtimeVersion(),
    `cuda: ${fetchedRuntime() !== undefined}`,
    process.platform,
    process.arch,
    release(),
    ...(await Promise.all(drivers)),
    `libraries: ${libraryFolders()}`,
    ...variables,
    ...(await Promise.all(libraries.map(fileStamp))),
  ].join('\n');
}

/** Names in a folder; of a file in /proc, which has no date, its text; of another file, its stamp. */
async function contents(file: string): Promise<string> {
  const names = await readdir(file).catch(() => undefined);
  if (names) return names.sort().join(' ');
  if (file.startsWith('/proc/')) return readFile(file, 'utf8').catch(() => 'none');
  return fileStamp(file);
}
