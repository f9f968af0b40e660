import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';

/** A run that learns nothing says so. Runs are drawn over each other, shown in their folder, and deleted. */
export async function runs(editor: EditorPage, { page, workspace }: Workbench): Promise<void> {
  await trainInVain(editor, path.join(workspace, 'sentiment.ptask.json'));
  await editor.command('ptask: Show Runs');
  const entries = page.locator('.pane-body .monaco-list-row', { hasText: 'sentiment-task' });
  await entries.nth(1).waitFor();

  await editor.command('ptask: Compare Runs');
  await editor.acceptOnly('sentiment-task');
  const titles = editor.webview().locator('table.numbers caption');
  await editor.eventually(async () => assert.equal(await titles.count(), 2));
  await editor.screenshot('compare');

  await editor.menu(entries.first(), 'Reveal Run Folder');
  await page.locator('.explorer-folders-view .monaco-list-row.selected', { hasText: 'sentiment-task' }).waitFor();
  await editor.screenshot('reveal');

  await editor.command('ptask: Show Runs');
  await editor.menu(entries.first(), 'Delete Run');
  await editor.answer('Delete this run of sentiment-task?', 'Delete');
  await editor.eventually(async () => assert.equal(await entries.count(), 1));
}

/** A learning rate of next to nothing leaves the virtual tokens what they were. */
async function trainInVain(editor: EditorPage, file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const hopeless = text.replace('"lr": 2e-2', '"lr": 1e-9').replace(/"max_epochs": \d+/, '"max_epochs": 1');
  await writeFile(file, hopeless);
  await editor.openTaskFile(path.basename(file));
  await editor.page.locator('.view-line', { hasText: '1e-9' }).waitFor();
  await editor.command('ptask: Train Task');
  const verdict =
    /sentiment-task has learnt nothing of use: its accuracy of [\d.]+% is not above the [\d.]+% of .*; more epochs/;
  await editor.message(verdict);
  await editor.page.locator('.notification-toast', { hasText: verdict }).locator('.codicon-warning').waitFor();
  await editor.screenshot('learnt-nothing');
  await writeFile(file, text);
}

/** Where there are none, the view says how to begin. */
export async function noRuns(editor: EditorPage): Promise<void> {
  await editor.command('ptask: Show Runs');
  const welcome = editor.page.locator('.welcome-view-content');
  for (const name of ['Train Task', 'New Task File', 'Open Example'])
    await welcome.getByRole('button', { name }).waitFor();
}
