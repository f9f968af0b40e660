import assert from 'node:assert/strict';
import type { EditorPage } from '../editor-page.ts';

/** A sentence that is typed, and one that is selected anywhere, are answered in an editor tab. */
export async function predict(editor: EditorPage): Promise<void> {
  const { page } = editor;
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.languageStatusSays(/1 of 1 task trained/);
  await editor.command('ptask: Predict');
  await editor.type('The text of the field “sentence”', 'Shares in Ostviken rose sharply.');
  const report = editor.webview();
  await report.getByText('Shares in Ostviken rose sharply.').waitFor({ timeout: 30_000 });
  assert.match(await report.locator('body').innerText(), /of 16 validation rows right[\s\S]*Without a trained prompt/);
  await editor.screenshot('predict-typed');

  await editor.open('notes.txt');
  await page.locator('.view-line', { hasText: 'The mine' }).click();
  await page.keyboard.press('Control+A');
  await page.locator('.statusbar-item', { hasText: /\(\d+ selected\)/ }).waitFor();
  await editor.command('ptask: Predict');
  await editor.choose('sentiment.ptask.json');
  await report.getByText('The mine is closed for good.').waitFor({ timeout: 30_000 });
  await editor.screenshot('predict-selection');
}
