import assert from 'node:assert/strict';
import type { Workbench } from '../host/workbench.ts';
import { activationTime } from './activation-time.ts';
import { EditorPage } from './editor-page.ts';

/** From a faulty file to a trained, measured prompt, as a user sees it; with the screenshots of the README. */
export async function wholeStory({ page }: Workbench, out: string): Promise<void> {
  const editor = new EditorPage(page, out);
  await editor.ready();

  await editor.open('broken.ptask.json');
  await page.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
  await page.locator('.view-line').first().click();
  await editor.until(page.locator('.marker-widget'), () => page.keyboard.press('F8'));
  await page.keyboard.press('Escape');
  await editor.until(page.locator('.action-widget').first(), () => page.keyboard.press('Control+.'));
  await editor.screenshot('diagnostics');
  await page.keyboard.press('Escape');

  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Train Task');
  const status = page.locator('.statusbar-item', { hasText: /sentiment-task: .*epoch/ });
  await editor.runBegins(status);
  const run = page.locator('.pane-body .monaco-list-row', { hasText: 'sentiment-task' }).first();
  await editor.until(run, () => status.click());
  assert.match(await editor.message(/sentiment-task is trained/, 120_000), /of 16 validation rows right/);
  await editor.command('ptask: Show Chart');
  await editor.webview().locator('.uplot canvas').first().waitFor();
  assert.equal(await editor.webview().locator('table.numbers tbody tr').count(), 4);
  assert.equal(await editor.webview().locator('.uplot').count(), 4);
  await editor.screenshot('run-and-chart');

  await editor.open('validation.jsonl');
  const hints = page.locator('.view-line', { hasText: /→\s(positive|negative|neutral)\s\d+%\s[✓✗]/ });
  await hints.first().waitFor({ timeout: 30_000 });
  await editor.screenshot('inline-predictions');
  await editor.hover('taskname', /of 16 validation rows right/);
  await editor.screenshot('hover');
  await page.keyboard.press('Escape');

  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Evaluate');
  await editor.accept('zero-shot');
  const report = editor.webview();
  await report.locator('h2', { hasText: 'Confusion matrix' }).waitFor({ timeout: 60_000 });
  await editor.screenshot('report');

  await editor.command('Testing: Focus on Test Explorer View');
  await page.locator('.test-explorer .monaco-list-row', { hasText: 'sentiment.ptask.json' }).first().waitFor();
  await page
    .locator('.testing-explorer-messages, .result-summary', { hasText: /\d+\/16/ })
    .first()
    .waitFor();
  await editor.screenshot('test-explorer');

  await editor.command('Welcome: Open Walkthrough...');
  await editor.choose('Get started with ptask');
  await page.locator('.getting-started-step', { hasText: 'Train the task' }).first().waitFor();
  await editor.screenshot('walkthrough');

  console.log(`     activation took ${await activationTime(editor)} ms`);
}
