import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Workbench } from '../host/workbench.ts';
import { EditorPage } from './editor-page.ts';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Language server and engines of the extension that was installed for the tests, without the zombies. */
function ownProcesses(): Process[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      const isOwn =
        command && !state!.startsWith('Z') && /\/ptask\.ptask-[^/]+\/dist\/(engine|server)\.js/.test(command);
      return isOwn ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
    });
}

/** When the extension host dies, nothing that it started lives on: no server, no engine, no run. */
export async function noSurvivors({ page }: Workbench, out: string): Promise<void> {
  const editor = new EditorPage(page, out);
  await editor.ready();
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Train Task');
  await page.locator('.statusbar-item', { hasText: /sentiment-task: .*epoch/ }).waitFor({ timeout: 60_000 });
  const processes = ownProcesses();
  for (const program of ['server.js', 'engine.js predict', 'engine.js train']) {
    assert.ok(
      processes.some(({ command }) => command.includes(program)),
      `${program} runs`,
    );
  }
  const hosts = new Set(processes.map(({ parent }) => parent));
  assert.equal(hosts.size, 1);
  for (const host of hosts) process.kill(host, 'SIGKILL');
  const end = Date.now() + 10_000;
  const survivors = () => ownProcesses().filter(({ pid }) => processes.some((process) => process.pid === pid));
  while (survivors().length > 0 && Date.now() < end) await page.waitForTimeout(100);
  assert.deepEqual(survivors(), []);
}
