import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { npm } from './npm.ts';

/** A Chromium for Linux that needs no system packages. */
export const CHROMIUM_PACKAGE = '@sparticuz/chromium';
const VERSION = '153.0.0';

/** Installs it, once, and returns its folder. */
export async function installChromiumPackage(root: string): Promise<string> {
  const dir = path.join(root, '.vscode-test/chromium');
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'package.json'), '{ "private": true }');
  await npm(dir, 'install', '--no-save', '--no-package-lock', `${CHROMIUM_PACKAGE}@${VERSION}`);
  return path.join(dir, 'node_modules', CHROMIUM_PACKAGE);
}
