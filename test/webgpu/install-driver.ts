import { execFileSync } from 'node:child_process';
import { access, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { CHROMIUM_PACKAGE, installChromiumPackage } from '../vscode/host/chromium-package.ts';
import { DRIVER } from './driver.ts';

/*
 * SwiftShader, a Vulkan driver that needs no GPU, and a loader for it. Every Chromium for Linux carries both. The tests in
 * test/webgpu run on them, so that the path of a GPU is tried on every machine.
 */

const FILES = ['libvulkan.so.1', 'libvk_swiftshader.so', 'vk_swiftshader_icd.json'];
const PLACES = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/** Called by Vitest before the tests of this folder. Elsewhere than on Linux the system has a driver of its own. */
export default async function installDriver(): Promise<void> {
  if (process.platform !== 'linux' || (await holdsDriver(DRIVER))) return;
  const fresh = `${DRIVER}.${process.pid}.tmp`;
  await mkdir(fresh, { recursive: true });
  const installed = (await Promise.all(PLACES.map(holdsDriver))).indexOf(true);
  if (installed >= 0) for (const file of FILES) await cp(path.join(PLACES[installed]!, file), path.join(fresh, file));
  else await unpack(fresh);
  if (!(await holdsDriver(fresh))) throw new Error(`${CHROMIUM_PACKAGE} has no Vulkan driver`);
  // Another run of the tests may have been faster.
  await rename(fresh, DRIVER).catch(() => rm(fresh, { recursive: true }));
}

async function holdsDriver(folder: string): Promise<boolean> {
  const present = await Promise.allSettled(FILES.map((file) => access(path.join(folder, file))));
  return present.every(({ status }) => status === 'fulfilled');
}

async function unpack(folder: string): Promise<void> {
  const chromium = await installChromiumPackage(path.resolve(import.meta.dirname, '../..'));
  const archive = path.join(folder, 'swiftshader.tar');
  await writeFile(archive, brotliDecompressSync(await readFile(path.join(chromium, 'bin/swiftshader.tar.br'))));
  execFileSync('tar', ['-xf', archive, '-C', folder, ...FILES]);
  await rm(archive);
}
