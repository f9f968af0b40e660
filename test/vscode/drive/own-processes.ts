import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/**
 * Language server and engines of the extension that was installed for these tests, without the zombies. Tests of another
 * checkout may go on at the same time.
 */
export function ownProcesses(): Process[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      const isOwn =
        command?.includes(process.cwd()) &&
        !state!.startsWith('Z') &&
        /\/ptask\.ptask-[^/]+\/dist\/(engine|server)\.js/.test(command);
      return isOwn ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
    });
}

/** Waits until all of these processes have gone. @throws where one is still there after ten seconds */
export async function allGone(processes: readonly Process[]): Promise<void> {
  const survivors = () => ownProcesses().filter(({ pid }) => processes.some((process) => process.pid === pid));
  const end = Date.now() + 10_000;
  while (survivors().length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(survivors(), []);
}
