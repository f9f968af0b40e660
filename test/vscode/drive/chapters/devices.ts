import assert from 'node:assert/strict';
import type { EditorPage } from '../editor-page.ts';

/** What there is to compute on is shown and chosen; the status item of a task file says which it is. */
export async function devices(editor: EditorPage): Promise<void> {
  const { page } = editor;
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.languageStatusSays(/0 of 1 task trained[\s\S]*device: automatic/);

  await editor.command('ptask: Show Devices');
  const rows = editor.webview().locator('table tbody tr');
  await rows.first().waitFor({ timeout: 60_000 });
  const table = await rows.allInnerTexts();
  assert.equal(table.length, 5, `a line for each device: ${table}`);
  assert.match(table[0]!, /^CPU\s+used/);
  for (const row of table.slice(1)) assert.match(row, /\S+\s+(works|fails|crashed|not in this runtime)\s+\S/);
  const advice = editor.webview().getByText('Fetch CUDA Support');
  assert.equal(await advice.count(), /--fetch cuda/.test(table.join()) ? 1 : 0);
  await editor.screenshot('devices');

  await editor.command('ptask: Try Devices Again');
  const trying = page.locator('.notification-toast', { hasText: 'Trying devices' });
  await trying.waitFor();
  await trying.waitFor({ state: 'hidden', timeout: 60_000 });
  const remembered = editor.webview().getByText('remembered');
  await editor.eventually(async () => assert.equal(await remembered.count(), 0));

  await editor.open('sentiment.ptask.json');
  await editor.command('ptask: Select Device');
  const cpu = page.locator('.quick-input-list .monaco-list-row', { hasText: 'CPU' }).last();
  await cpu.waitFor({ timeout: 30_000 });
  await editor.clickAway(cpu);
  await editor.languageStatusSays(/device: cpu/);
}
