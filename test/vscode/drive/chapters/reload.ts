import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';
import { allGone, ownProcesses } from '../own-processes.ts';

const TASK_FILE = 'sentiment.ptask.json';

/**
 * A run goes on through "Reload Window" by itself; closing the window ends its process, with everything saved. It is begun as
 * a task of VS Code, whose terminal the window closes first.
 */
export async function reload(editor: EditorPage, workbench: Workbench): Promise<void> {
  const { page, workspace } = workbench;
  const earlier = new Set(await runNames(workspace));
  await trainForLong(path.join(workspace, TASK_FILE));
  await rm(path.join(workspace, 'broken.ptask.json'));
  await editor.openTaskFile(TASK_FILE);
  const task = `train ${TASK_FILE}`;
  const choice = page.locator('.quick-input-list .monaco-list-row', { hasText: task });
  await editor.until(choice, () => editor.command('Tasks: Run Build Task'));
  await editor.accept(task);
  const status = page.locator('.statusbar-item', { hasText: /sentiment.*: epoch/ });
  await status.waitFor({ timeout: 60_000 });
  await editor.command('ptask: Show Chart');
  const epochs = editor.webview().locator('table.numbers tbody tr');
  await epochs.nth(1).waitFor({ timeout: 60_000 });
  const before = ownProcesses(workbench);

  await editor.reload();
  await allGone(workbench, before);
  await status.waitFor({ timeout: 60_000 });
  const entry = page.locator('.pane-body .monaco-list-row', { hasText: /sentiment.*epoch/ });
  await editor.until(entry, () => status.click());
  await epochs.first().waitFor();
  await epochs.nth(await epochs.count()).waitFor({ timeout: 60_000 });
  await editor.screenshot('after-reload');
  const [run, ...others] = await runsOf(workspace, earlier);
  assert.deepEqual([run?.state, others], ['running', []]);
  assert.deepEqual(
    run!.steps,
    [...run!.steps.keys()].map((step) => step + 1),
  );

  const processes = ownProcesses(workbench);
  assert.ok(processes.some(({ command }) => command.includes('engine.js train')));
  await page.close({ runBeforeUnload: true });
  await allGone(workbench, processes);
  const [left] = await runsOf(workspace, earlier);
  assert.equal(left?.state, 'stopped');
}

async function trainForLong(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/"max_epochs": \d+/, '"max_epochs": 400, "early_stopping": null'));
}

interface Run {
  readonly state: string;
  /** In the order in which they were taken. */
  readonly steps: readonly number[];
}

const runNames = (workspace: string) => readdir(path.join(workspace, '.ptask/runs'));

async function runsOf(workspace: string, earlier: ReadonlySet<string>): Promise<Run[]> {
  const folder = path.join(workspace, '.ptask/runs');
  const names = (await runNames(workspace)).filter((name) => !earlier.has(name));
  return Promise.all(
    names.map(async (name) => {
      const { state } = JSON.parse(await readFile(path.join(folder, name, 'run.json'), 'utf8'));
      const lines = (await readFile(path.join(folder, name, 'metrics.jsonl'), 'utf8')).split('\n').slice(0, -1);
      const events = lines.map((line) => JSON.parse(line) as { readonly event: string; readonly step: number });
      return { state, steps: events.filter(({ event }) => event === 'step').map(({ step }) => step) };
    }),
  );
}
