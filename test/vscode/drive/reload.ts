import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../host/workbench.ts';
import { EditorPage } from './editor-page.ts';
import { allGone, ownProcesses } from './own-processes.ts';

const TASK_FILE = 'sentiment.ptask.json';

/** A run goes on through "Reload Window" by itself; closing the window ends its process, with everything saved. */
export async function reload({ page, workspace, reload }: Workbench, out: string): Promise<void> {
  const file = path.join(workspace, TASK_FILE);
  await writeFile(file, (await readFile(file, 'utf8')).replace('"max_epochs": 4', '"max_epochs": 400'));
  const editor = new EditorPage(page, out);
  await editor.ready();
  await editor.openTaskFile(TASK_FILE);
  await editor.command('ptask: Train Task');
  // It takes long, and so asks first.
  await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Train' }).click();
  const status = page.locator('.statusbar-item', { hasText: /sentiment-task: epoch/ });
  await status.waitFor({ timeout: 60_000 });
  await status.click();
  await editor.command('ptask: Show Chart');
  const epochs = editor.webview().locator('table.numbers tbody tr');
  await epochs.nth(1).waitFor({ timeout: 60_000 });
  const before = ownProcesses();

  await reload();
  await allGone(before);
  await status.waitFor({ timeout: 60_000 });
  await status.click();
  await page.locator('.pane-body .monaco-list-row', { hasText: /sentiment-task.*epoch/ }).waitFor();
  const known = await epochs.count();
  await epochs.nth(known).waitFor({ timeout: 60_000 });
  await editor.screenshot('after-reload');
  const [run, ...others] = await runsOf(workspace);
  assert.deepEqual([run?.state, others], ['running', []]);
  const steps = run!.events.filter(({ event }) => event === 'step').map(({ step }) => step);
  assert.deepEqual(
    steps,
    [...steps.keys()].map((step) => step + 1),
  );

  const processes = ownProcesses();
  assert.ok(processes.some(({ command }) => command.includes('engine.js train')));
  await page.close({ runBeforeUnload: true });
  await allGone(processes);
  const [left] = await runsOf(workspace);
  assert.equal(left?.state, 'stopped');
}

interface Run {
  readonly state: string;
  readonly events: readonly { readonly event: string; readonly step?: number }[];
}

async function runsOf(workspace: string): Promise<Run[]> {
  const folder = path.join(workspace, '.ptask/runs');
  return Promise.all(
    (await readdir(folder)).map(async (name) => {
      const { state } = JSON.parse(await readFile(path.join(folder, name, 'run.json'), 'utf8'));
      const lines = (await readFile(path.join(folder, name, 'metrics.jsonl'), 'utf8')).split('\n').slice(0, -1);
      return { state, events: lines.map((line) => JSON.parse(line)) };
    }),
  );
}
