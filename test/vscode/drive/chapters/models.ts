import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HubServer } from '../../../unit/hub/hub-server.ts';
import { ID, tinyModel } from '../../../unit/hub/tiny-served-model.ts';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';

const TASK_FILE = 'hub.ptask.json';

/** A hub on this machine with one model, and what makes the extension ask it. */
export async function startHub(): Promise<{ hub: HubServer; env: Readonly<Record<string, string>> }> {
  const hub = await HubServer.start({ [ID]: tinyModel({ told: { safetensors: { total: 1394 } } }) });
  const env = { HF_ENDPOINT: hub.url, HF_HUB_OFFLINE: '', HF_HOME: '', HF_HUB_CACHE: '', HUGGINGFACE_HUB_CACHE: '' };
  return { hub, env };
}

/** A model that is not there is fetched from a hub, with its size shown first; then another one is chosen. */
export async function models(editor: EditorPage, { page, workspace }: Workbench, hub: HubServer): Promise<void> {
  const sentiment = await readFile(path.join(workspace, 'sentiment.ptask.json'), 'utf8');
  const task = sentiment.replace('"demo-tiny"', JSON.stringify(ID)).replace('"language": "en"', '"language": "sv"');
  await writeFile(path.join(workspace, TASK_FILE), task);
  await editor.openTaskFile(TASK_FILE);

  const lens = page.locator('.codelens-decoration a', { hasText: 'Fetch Model' });
  await lens.waitFor({ timeout: 30_000 });
  assert.deepEqual(hub.seen, [], 'nothing is asked of the hub unasked');
  const dialog = page.locator('.monaco-dialog-box', { hasText: `Fetch ${ID}?` });
  await editor.until(dialog, () => lens.click());
  assert.match(await dialog.innerText(), /in 3 files/);
  assert.deepEqual(hub.asked('hub'), [], 'no file is fetched before the user has agreed');
  await editor.screenshot('fetch-model');
  await editor.answer(`Fetch ${ID}?`, 'Fetch');
  await editor.message(`${ID} is there`);
  await lens.waitFor({ state: 'detached' });
  assert.equal(hub.asked('store').length, 1);

  await editor.command('ptask: Select Model');
  const row = (text: string) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  await row(ID).waitFor();
  assert.match(await row(ID).innerText(), /chosen · gpt2/);
  await row('AI-Sweden-Models/gpt-sw3-126m').waitFor();
  await editor.screenshot('select-model');
  await editor.choose('demo-base');
  await page.locator('.view-line', { hasText: '"demo-base"' }).first().waitFor();
}
