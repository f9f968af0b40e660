import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Workbench } from '../host/workbench.ts';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Language server and engines of the extension in one window, without the zombies. Other windows may be open. */
export function ownProcesses({ session }: Pick<Workbench, 'session'>): Process[] {
  return execFileSync('ps', ['-eo', 'sess=,pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, of, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      const isOwn =
        Number(of) === session &&
        !state!.startsWith('Z') &&
        /\/ptask\.ptask-[^/]+\/dist\/(engine|server)\.js/.test(command!);
      return isOwn ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
    });
}

/** Waits until all of these processes have gone. @throws where one is still there after ten seconds */
export async function allGone(window: Pick<Workbench, 'session'>, processes: readonly Process[]): Promise<void> {
  const survivors = () => ownProcesses(window).filter(({ pid }) => processes.some((process) => process.pid === pid));
  const end = Date.now() + 10_000;
  while (survivors().length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(survivors(), []);
}
