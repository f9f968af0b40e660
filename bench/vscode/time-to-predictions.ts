import type { Page } from 'playwright-core';
import type { EditorPage } from '../../test/vscode/drive/editor-page.ts';

const LIMIT_MS = 60_000;

/**
 * Resolves with the milliseconds between a click and the first picture with a prediction; a click that came before is not counted.
 * It looks when the page has changed, and not at every picture, which would keep a processor busy.
 */
const UNTIL_SHOWN = `new Promise((resolve) => {
  let started;
  addEventListener('mousedown', () => (started = performance.now()), { capture: true, once: true });
  const changes = new MutationObserver(() => {
    const lines = [...document.querySelectorAll('.editor-instance .view-line')];
    if (started === undefined || !lines.some((line) => /→\\s/.test(line.textContent))) return;
    changes.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - started));
  });
  changes.observe(document.body, { childList: true, subtree: true, characterData: true });
})`;

/** Milliseconds from the click that opens a file until the first prediction stands beside a row, by the page's own clock. */
export async function timeToPredictions(editor: EditorPage, file: string): Promise<number> {
  const { page } = editor;
  await editor.command('View: Close All Editors');
  await page.locator('.editor-instance').waitFor({ state: 'detached' });
  // As a text: the page has other names than Node.
  const shown = page.evaluate<number>(UNTIL_SHOWN);
  await editor.open(file);
  return Promise.race([shown, giveUp(page)]);
}

/** It rejects, and does not hold up the end of the program. */
async function giveUp(page: Page): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, LIMIT_MS).unref());
  throw new Error(`no prediction is shown on ${await page.title()}`);
}
