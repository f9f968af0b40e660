import assert from 'node:assert/strict';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';
import { allGone, ownProcesses } from '../own-processes.ts';

/** When the extension host dies, nothing that it started lives on: no server, no engine, no run. */
export async function noSurvivors(editor: EditorPage, workbench: Workbench): Promise<void> {
  const { page } = editor;
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Train Task');
  await editor.runBegins(page.locator('.statusbar-item', { hasText: /sentiment-task: .*epoch/ }));
  const processes = ownProcesses(workbench);
  for (const program of ['server.js', 'engine.js predict', 'engine.js train']) {
    assert.ok(
      processes.some(({ command }) => command.includes(program)),
      `${program} runs`,
    );
  }
  const hosts = new Set(processes.map(({ parent }) => parent));
  assert.equal(hosts.size, 1);
  for (const host of hosts) process.kill(host, 'SIGKILL');
  await allGone(workbench, processes);
}
