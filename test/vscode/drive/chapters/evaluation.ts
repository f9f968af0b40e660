import assert from 'node:assert/strict';
import type { EditorPage } from '../editor-page.ts';

/** The report leads to the rows that were answered wrongly; the Testing view shows them as failed, with both answers. */
export async function evaluation(editor: EditorPage): Promise<void> {
  const { page } = editor;
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Evaluate');
  await editor.acceptOnly('zero-shot', 'one-shot', 'few-shot');
  const report = editor.webview();
  const link = report.locator('a', { hasText: 'test.jsonl:' }).last();
  await link.waitFor({ timeout: 60_000 });
  for (const answerer of ['trained prompt', 'without a prompt', 'one example', /\d\d? examples/]) {
    await report.locator('td', { hasText: answerer }).first().waitFor();
  }
  const line = Number(/:(\d+)/.exec(await link.innerText())![1]);
  const [expected, answer] = (await report.locator('tr', { has: link }).locator('td').allInnerTexts()).slice(-2);
  await link.click();
  await page.locator('.tab.active', { hasText: 'test.jsonl' }).waitFor();
  await page.locator('.statusbar-item', { hasText: new RegExp(`^Ln ${line}, Col`) }).waitFor();

  await editor.command('Testing: Focus on Test Explorer View');
  const tests = page.locator('.test-explorer .monaco-list-row');
  for (const parent of ['sentiment.ptask.json', 'sentiment-task']) {
    await tests.filter({ hasText: parent }).first().click();
    await page.keyboard.press('ArrowRight');
  }
  const failed = tests.filter({ hasText: new RegExp(`data/test\\.jsonl:${line}$`) });
  await failed.locator('.codicon-testing-failed-icon').waitFor();
  const peek = page.locator('.test-output-peek');
  await editor.until(peek, () => failed.click());
  const side = (name: string) => peek.locator(`.monaco-diff-editor .editor.${name} .view-line`).innerText();
  await editor.eventually(async () =>
    assert.deepEqual([await side('original'), await side('modified')], [expected, answer]),
  );
  await editor.screenshot('failed-row');
}
