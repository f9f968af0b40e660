import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EditorPage } from '../drive/editor-page.ts';
import type { Workbench } from '../host/workbench.ts';

const TASK_FILE = 'news.ptask.json';
const TRAINING_LIMIT_MS = 20 * 60_000;

/** The pictures of the README, from a file with faults to the report on a trained task. */
export async function takePictures({ page, workspace }: Workbench, editor: EditorPage): Promise<void> {
  const file = path.join(workspace, TASK_FILE);
  const sound = await readFile(file, 'utf8');
  await editor.ready();

  await writeFile(
    file,
    sound.replace('{sentence}', '{sentense}').replace('[20]', '[10]').replace('batch_size', 'batchsize'),
  );
  await editor.openTaskFile(TASK_FILE);
  await editor.command('Problems: Focus on Problems View');
  await page.locator('.markers-panel .monaco-list-row', { hasText: 'split-sum' }).waitFor();
  await page.locator('.editor-instance .view-line span', { hasText: '{sentense}' }).last().click();
  await editor.until(page.locator('.action-widget').first(), () => page.keyboard.press('Control+.'));
  await editor.screenshot('diagnostics');
  await page.keyboard.press('Escape');
  await editor.command('View: Toggle Panel Visibility');

  // Faults of the file alone: others would be told of each row.
  const faulty = sound.replace('"truncate_field": "sentence"', '"truncate_field": "sentense"');
  await writeFile(file, faulty.replace('[20]', '[10]').replace('batch_size', 'batchsize'));
  await editor.openTaskFile(TASK_FILE);
  await editor.command('Problems: Focus on Problems View');
  await page.locator('.markers-panel .monaco-list-row', { hasText: 'split-sum' }).dblclick();
  await editor.until(page.locator('.action-widget').first(), () => page.keyboard.press('Control+.'));
  await editor.screenshot('diagnostics');
  await page.keyboard.press('Escape');
  await editor.command('View: Toggle Panel Visibility');

  await writeFile(file, sound);
  await page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  await editor.command('ptask: Train Task');
  const status = page.locator('.statusbar-item', { hasText: /sentiment-task: .*epoch/ });
  const question = page.locator('.monaco-dialog-box').getByRole('button', { name: 'Train' });
  await status.or(question).waitFor({ timeout: 120_000 });
  if (await question.isVisible()) await question.click();
  await status.click({ timeout: 120_000 });
  await editor.command('ptask: Show Chart');
  await page.locator('.pane-body .monaco-list-row', { hasText: 'sentiment-task' }).first().click();
  await page.keyboard.press('ArrowRight');
  const epochs = editor.webview().locator('table.numbers tbody tr');
  await epochs.nth(6).waitFor({ timeout: TRAINING_LIMIT_MS });
  await page.mouse.move(5, 5);
  await editor.screenshot('run-and-chart');

  await editor.message(/sentiment-task is trained/, TRAINING_LIMIT_MS);
  await editor.command('Notifications: Clear All Notifications');
  await editor.command('View: Close All Editors');
  await editor.command('View: Toggle Primary Side Bar Visibility');
  await editor.open('test.jsonl');
  const lines = page.locator('.editor-instance .view-line');
  await lines
    .filter({ hasText: /→\s\w+\s\d+%\s[✓✗]/ })
    .first()
    .waitFor({ timeout: 60_000 });
  while ((await lines.filter({ hasNotText: '→' }).count()) > 0) await page.waitForTimeout(100);
  await editor.screenshot('inline-predictions');
  await editor.hover('The research firm recommends', /█/);
  await editor.screenshot('hover');
  await page.keyboard.press('Escape');

  await editor.open(TASK_FILE);
  await editor.command('ptask: Evaluate');
  await editor.accept('zero-shot');
  await editor.webview().locator('h2', { hasText: 'Confusion matrix' }).waitFor({ timeout: 120_000 });
  // The whole matrix is to be seen.
  await page.setViewportSize({ width: 1120, height: 840 });
  await editor.screenshot('report');
}
