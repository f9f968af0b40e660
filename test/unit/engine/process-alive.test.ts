import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isProcessAlive } from '../../../engine/src/process-alive.ts';

it('tells a process that runs from one that has ended', () => {
  expect(isProcessAlive(process.pid)).toBe(true);
  expect(isProcessAlive(spawnSync(process.execPath, ['-e', '']).pid)).toBe(false);
});

it.runIf(process.platform === 'linux')(
  'takes one that has ended for dead though its parent has not asked for it',
  async () => {
    // The shell starts a child, becomes a program that never asks for its children, and so keeps a zombie.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60']);
    try {
      const [text] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(text.toString());
      expect(isProcessAlive(pid)).toBe(true);
      await expect.poll(() => isProcessAlive(pid), { timeout: 10_000 }).toBe(false);
      process.kill(pid, 0);
    } finally {
      parent.kill('SIGKILL');
    }
  },
);
