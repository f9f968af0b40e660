import type { EditorPage } from '../editor-page.ts';

/** The report leads to the rows that were answered wrongly. */
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
  const line = /:(\d+)/.exec(await link.innerText())![1];
  await link.click();
  await page.locator('.tab.active', { hasText: 'test.jsonl' }).waitFor();
  await page.locator('.statusbar-item', { hasText: new RegExp(`^Ln ${line}, Col`) }).waitFor();
}
