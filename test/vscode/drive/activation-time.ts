import type { EditorPage } from './editor-page.ts';

const ACTIVATED = /Activation: (\d+)ms/;

/** How long the extension took to activate, in milliseconds, as VS Code itself says. */
export async function activationTime(editor: EditorPage): Promise<number> {
  await editor.command('Developer: Show Running Extensions');
  const list = editor.page.locator('.runtime-extensions-editor');
  await list.locator('.extension').first().click();
  const own = list.locator('.extension', { hasText: 'ptask' }).filter({ hasText: ACTIVATED }).first();
  // Entries that are out of sight are not in the page.
  await editor.page.keyboard.press('Home');
  await editor.eventually(async () => {
    if (await own.isVisible()) return;
    await editor.page.keyboard.press('PageDown');
    throw new Error('the extension is not among those that run');
  });
  return Number(ACTIVATED.exec(await own.innerText())![1]);
}
