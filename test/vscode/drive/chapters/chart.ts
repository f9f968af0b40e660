import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';

const EPOCHS = 6;

/** A run’s chart grows while it trains, and is there again after another tab, a reload and another theme. */
export async function chart(editor: EditorPage, { page, workspace }: Workbench): Promise<void> {
  const file = path.join(workspace, 'sentiment.ptask.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"max_epochs": 4', `"max_epochs": ${EPOCHS}`));
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Train Task');
  await editor.runBegins(page.locator('.statusbar-item', { hasText: /sentiment-task: epoch/ }));
  await editor.command('ptask: Show Chart');
  const rows = () => editor.webview().locator('table.numbers tbody tr');
  const plots = () => editor.webview().getByRole('slider');
  await plots().nth(3).waitFor();
  const early = await rows().count();
  assert.ok(early < EPOCHS - 1, `the run goes on when its chart is opened: ${early} epochs`);
  // What has the focus keeps it while the chart grows.
  await plots().first().focus();
  await page.keyboard.press('Home');
  assert.match((await plots().first().getAttribute('aria-valuetext'))!, /^step 1, training loss: \d/);
  await rows().nth(early).waitFor({ timeout: 60_000 });
  await page.keyboard.press('ArrowRight');
  const said = await plots().first().getAttribute('aria-valuetext');
  assert.match(said!, /^step 2, training loss: \d/);
  // All charts are at the same step.
  assert.match((await plots().nth(3).getAttribute('aria-valuetext'))!, /^step 2, Learning rate: 0\.\d/);
  const name = editor.webview().getByRole('button', { name: 'validation loss' });
  assert.equal(await name.getAttribute('aria-pressed'), 'true');
  await name.press('Enter');
  assert.equal(await name.getAttribute('aria-pressed'), 'false');
  await editor.message(/sentiment-task is trained/, 120_000);
  await rows()
    .nth(EPOCHS - 1)
    .waitFor();
  const numbers = await rows().allInnerTexts();
  assert.equal(await name.getAttribute('aria-pressed'), 'false');

  const loss = () => editor.webview().locator('canvas').first();
  const picture = () => loss().evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
  const linear = await picture();
  const scale = () => editor.webview().getByRole('button', { name: 'Logarithmic scale' });
  await scale().press('Enter');
  assert.equal(await scale().getAttribute('aria-pressed'), 'true');
  await editor.eventually(async () => assert.notEqual(await picture(), linear));
  assert.equal(await name.getAttribute('aria-pressed'), 'false');
  await editor.screenshot('chart-logarithmic');

  await editor.open('sentiment.ptask.json');
  await page.locator('.tab', { hasText: 'Training sentiment-task' }).click();
  await plots().nth(3).waitFor();
  assert.deepEqual(await rows().allInnerTexts(), numbers);
  assert.equal(await scale().getAttribute('aria-pressed'), 'true');

  await mkdir(path.join(workspace, '.vscode'));
  const light = await colours(editor);
  await writeFile(
    path.join(workspace, '.vscode/settings.json'),
    JSON.stringify({ 'workbench.colorTheme': 'Default High Contrast' }),
  );
  await editor.webview().locator('body.vscode-high-contrast').waitFor();
  await editor.eventually(async () => assert.notDeepEqual(await colours(editor), light));
  await editor.screenshot('chart-high-contrast');

  await editor.reload();
  await plots().nth(3).waitFor({ timeout: 60_000 });
  assert.deepEqual(await rows().allInnerTexts(), numbers);
  assert.equal(await scale().getAttribute('aria-pressed'), 'true');
  await writeFile(path.join(workspace, '.vscode/settings.json'), '{}');
}

/** How the lines of the first chart are drawn, by its legend. */
async function colours(editor: EditorPage): Promise<(string | null)[]> {
  const markers = await editor.webview().locator('.u-legend').first().locator('.u-marker').all();
  return Promise.all(markers.map((marker) => marker.getAttribute('style')));
}
