import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { expect, it, vi } from 'vitest';
import { isProcessAlive } from '../../../engine/src/process-alive.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = temporaryFolder();

/** A program that is watched and, like a hung step, never gives its main thread back. */
async function hungProgram(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { isMainThread } from 'node:worker_threads';
        import { startWatchdog, watch } from './watchdog.ts';
        if (isMainThread) {
          await startWatchdog(new URL(import.meta.url)).watching;
          process.send(process.pid, () => { for (;;); });
        } else watch();`,
      resolveDir: path.resolve(import.meta.dirname, '../../../engine/src/process'),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const file = path.join(folder, 'hung.mjs');
  writeFileSync(file, outputFiles[0]!.text);
  return file;
}

const PARENT = `
  const child = require('node:child_process').fork(process.argv[1], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  child.on('message', (pid) => process.stdout.write(pid + '\\n'));
`;

it('a process whose main thread hangs ends within five seconds of its parent', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT, await hungProgram()]);
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
  expect(isProcessAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  for (let waited = 0; isProcessAlive(pid) && waited < 5_000; waited += 50) await sleep(50);
  expect(isProcessAlive(pid)).toBe(false);
});
