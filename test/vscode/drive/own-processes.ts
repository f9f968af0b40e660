import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Workbench } from '../host/workbench.ts';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Language server and engines of the extension in one window, without the zombies. Other windows may be open. */
export function ownProcesses({ home }: Pick<Workbench, 'home'>): Process[] {
  // A process keeps its environment, whatever its session, and when its parent has gone.
  const behindWindow = new Set(
    processes('axeww', 'args=').flatMap(([pid, withEnvironment]) =>
      ` ${withEnvironment} `.includes(` HOME=${home} `) ? [pid] : [],
    ),
  );
  return processes('axww', 'ppid=,stat=,args=').flatMap(([pid, rest]) => {
    const [, parent, state, command] = /^(\d+)\s+(\S+)\s+(.*)$/.exec(rest) ?? [];
    const isOwn =
      behindWindow.has(pid) &&
      !state!.startsWith('Z') &&
      /\/ptask\.ptask-[^/]+\/dist\/(engine|server)\.js/.test(command!);
    return isOwn ? [{ pid, parent: Number(parent), command: command! }] : [];
  });
}

/** Every process of the machine: its number, and what else is asked of it. */
function processes(options: string, columns: string): (readonly [number, string])[] {
  const lines = execFileSync('ps', [options, '-o', `pid=,${columns}`], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return lines.split('\n').flatMap((line) => {
    const [, pid, rest] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [[Number(pid), rest!] as const];
  });
}

/** Waits until all of these processes have gone. @throws where one is still there after ten seconds */
export async function allGone(window: Pick<Workbench, 'home'>, gone: readonly Process[]): Promise<void> {
  const survivors = () => ownProcesses(window).filter(({ pid }) => gone.some((process) => process.pid === pid));
  const end = Date.now() + 10_000;
  while (survivors().length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(survivors(), []);
}
