import assert from 'node:assert/strict';
import type { EditorPage } from '../editor-page.ts';

/** Runs are drawn over each other, shown in their folder, and deleted. */
export async function runs(editor: EditorPage): Promise<void> {
  const { page } = editor;
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Train Task');
  const training = page.locator('.statusbar-item', { hasText: /sentiment-task: epoch/ });
  await training.click({ timeout: 60_000 });
  await training.waitFor({ state: 'hidden', timeout: 60_000 });
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

/** Where there are none, the view says how to begin. */
export async function noRuns(editor: EditorPage): Promise<void> {
  await editor.command('ptask: Show Runs');
  const welcome = editor.page.locator('.welcome-view-content');
  for (const name of ['Train Task', 'New Task File', 'Open Example'])
    await welcome.getByRole('button', { name }).waitFor();
}
