import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../host/workbench.ts';
import { EditorPage } from './editor-page.ts';

/** A window in Swedish says everything in Swedish, with numbers as they are written there. */
export async function swedish({ page, workspace }: Workbench, out: string): Promise<void> {
  await trainBriefly(path.join(workspace, 'sentiment.ptask.json'));
  const editor = new EditorPage(page, out);
  await editor.ready();
  await editor.open('sentiment.ptask.json');
  await page.locator('.codelens-decoration', { hasText: 'Träna' }).first().waitFor({ timeout: 30_000 });
  await editor.command('ptask: Träna uppgift');
  const status = page.locator('.statusbar-item', { hasText: /sentiment-task: epok \d\/\d · förlust \d,\d{3} · / });
  await status.waitFor({ timeout: 60_000 });
  await editor.until(page.locator('.composite.title', { hasText: 'Körningar' }).first(), () => status.click());
  await editor.command('ptask: Visa diagram');
  const chart = editor.webview();
  await chart.getByRole('slider', { name: 'Förlust' }).waitFor();
  assert.match(await editor.message(/sentiment-task (är tränad|har inte lärt sig)/), /\d\d[,\d]*\s% /);
  assert.match(await chart.locator('table.numbers tbody tr').last().innerText(), /\d,\d{4}\s+\d,\d{4}\s+\d\d,\d\s%/);
  await editor.screenshot('runs');
  await editor.open('broken.ptask.json');
  const problem = page.locator('.marker-widget', { hasText: 'Delarna blir tillsammans 10, men' });
  await editor.until(problem, () => page.keyboard.press('F8'));
  await page.keyboard.press('Escape');
  const fix = page.locator('.action-widget', { hasText: 'Sätt summan till 10' });
  await editor.until(fix.first(), () => page.keyboard.press('Control+.'));
  await page.keyboard.press('Escape');
  await editor.open('validation.jsonl');
  await page
    .locator('.view-line', { hasText: /→\s(positive|negative|neutral)\s\d+\s%\s[✓✗]/ })
    .first()
    .waitFor();
  await editor.hover('taskname', /Utan tränad prompt/);
  await editor.command('ptask: Visa enheter');
  await chart.getByRole('heading', { name: 'Enheter' }).waitFor({ timeout: 60_000 });
}

/** One epoch says everything that a run says, whatever it has learnt. */
async function trainBriefly(file: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')).replace('"max_epochs": 4', '"max_epochs": 1'));
}
