import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs npm in a folder, quietly and without any package's install script. */
export function npm(cwd: string, ...args: string[]): Promise<{ stdout: string }> {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', '--ignore-scripts'];
  return run('npm', [...quiet, ...args], { cwd, maxBuffer: 1 << 26 });
}
