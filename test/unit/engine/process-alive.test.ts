import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { birthOf, isAnother, isProcessAlive } from '../../../engine/src/process-alive.ts';

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

it.runIf(process.platform === 'linux')('tells a process from another one that had its id before', () => {
  const born = birthOf(process.pid)!;
  expect(birthOf(process.pid)).toEqual(born);
  expect(isAnother(process.pid, born)).toBe(false);
  expect(isAnother(process.pid, { ...born, ticks: '1' })).toBe(true);
  expect(isAnother(process.pid, { ...born, boot: 'another' })).toBe(true);
  // In another container the same id is another process's, of which nothing is known here.
  expect(isAnother(process.pid, { ...born, namespace: 'pid:[1]', boot: 'another' })).toBe(false);
  for (const odd of [undefined, null, {}]) expect(isAnother(process.pid, odd)).toBe(false);
  expect(birthOf(spawnSync(process.execPath, ['-e', '']).pid)).toBeUndefined();
});
