import type { EditorPage } from './editor-page.ts';

const ACTIVATED = /Activation: (\d+)ms/;

/** How long the extension took to activate, in milliseconds, as VS Code itself says. */
export async function activationTime(editor: EditorPage): Promise<number> {
  await editor.command('Developer: Show Running Extensions');
  const list = editor.page.locator('.runtime-extensions-editor');
  await list.locator('.extension').first().click();
  await editor.page.keyboard.press('End');
  const own = list.locator('.extension', { hasText: 'ptask' }).filter({ hasText: ACTIVATED }).first();
  return Number(ACTIVATED.exec(await own.innerText())![1]);
}
