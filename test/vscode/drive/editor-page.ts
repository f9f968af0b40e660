import assert from 'node:assert/strict';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';

/** The page of a window of VS Code, in the words of what a user does there. */
export class EditorPage {
  readonly page: Page;
  readonly #out: string;

  constructor(page: Page, out: string) {
    this.page = page;
    this.#out = out;
  }

  /** Waits until files can be opened. */
  async ready(): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
  }

  async open(file: string): Promise<void> {
    const tab = this.page.locator('.tab.active', { hasText: atItsStart(path.basename(file)) });
    // The list is drawn anew when more has been found, and then takes no click.
    await this.until(tab, () => this.#choose('Control+P', file, path.basename(file)));
  }

  /** Opens a task file, and waits until the extension knows of it. */
  async openTaskFile(file: string): Promise<void> {
    await this.open(file);
    await this.page.locator('.codelens-decoration', { hasText: 'Train' }).first().waitFor();
  }

  /** Runs a command by its title, such as `ptask: Train Task`. */
  async command(title: string): Promise<void> {
    await this.#choose('F1', `>${title}`, title);
  }

  async reload(): Promise<void> {
    await Promise.all([this.page.waitForEvent('load', { timeout: 60_000 }), this.command('Developer: Reload Window')]);
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
  }

  /** Takes what a list of choices offers, one of which has this text. */
  async accept(text: string): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Takes the entry with this text from a list of choices, after which there may be another question. */
  async choose(text: string): Promise<void> {
    await this.clickAway(
      this.page.locator('.quick-input-list .monaco-list-row', { hasText: atItsStart(text) }).first(),
    );
  }

  /** Ticks what a list of choices offers with these texts, and nothing else, and takes it. */
  async acceptOnly(...texts: string[]): Promise<void> {
    const widget = this.page.locator('.quick-input-widget.show-checkboxes');
    const rows = widget.locator('.monaco-list-row');
    await rows.first().waitFor();
    await this.eventually(async () => {
      for (const row of await rows.all()) {
        const text = await row.innerText();
        const isWanted = texts.some((wanted) => text.includes(wanted));
        await row.getByRole('checkbox').first().setChecked(isWanted, { timeout: 1000 });
      }
    });
    await this.clickAway(widget.getByRole('button', { name: 'OK' }), widget);
  }

  /** Answers the question of an input box. */
  async type(question: RegExp | string, answer: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget', { hasText: question });
    await widget.waitFor();
    await widget.locator('input[type="text"]').first().fill(answer);
    await this.page.keyboard.press('Enter');
  }

  /** Presses a button of the question that stands in front of everything else. */
  async answer(question: RegExp | string, button: string): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box', { hasText: question });
    await this.clickAway(dialog.getByRole('button', { name: button, exact: true }), dialog);
  }

  /**
   * Waits for what shows that a run has begun. Where the machine has much other work, the run is reckoned to take so long that it is
   * asked about first.
   */
  async runBegins(shown: Locator, timeout = 60_000): Promise<void> {
    const question = this.page.locator('.monaco-dialog-box', { hasText: /Train .+\?/ });
    await shown.or(question).first().waitFor({ timeout });
    if (!(await question.isVisible())) return;
    await this.clickAway(question.getByRole('button', { name: 'Train', exact: true }), question);
    await shown.waitFor({ timeout });
  }

  /** What the status items of the file in the editor say. */
  async languageStatus(): Promise<string> {
    const shown = this.page.locator('.hover-language-status');
    await this.until(shown, () => this.page.locator('[id="status.languageStatus"]').click());
    const text = (await shown.allInnerTexts()).join('\n');
    await this.eventually(async () => {
      await this.page.mouse.move(5, 5);
      await this.page.keyboard.press('Escape');
      await shown.waitFor({ state: 'hidden', timeout: 1000 });
    });
    return text;
  }

  /** Waits until the status items of the file in the editor say so. The first time, a demo model may have to be made for it. */
  async languageStatusSays(text: RegExp): Promise<void> {
    await this.eventually(async () => assert.match(await this.languageStatus(), text), 60_000);
  }

  /** Chooses from the menu of something. */
  async menu(of: Locator, entry: string): Promise<void> {
    const item = this.page.locator('.monaco-menu .action-item', { hasText: entry });
    await this.until(item, () => of.click({ button: 'right' }));
    // A menu that has just opened takes no click yet.
    await this.eventually(async () => {
      await item.click({ timeout: 1000 });
      await item.waitFor({ state: 'hidden', timeout: 1000 });
    });
  }

  /** Tries again until an assertion holds. @throws what the last try threw */
  async eventually(assertion: () => Promise<void>, limit = 15_000): Promise<void> {
    const end = Date.now() + limit;
    for (;;) {
      try {
        return await assertion();
      } catch (error) {
        if (Date.now() > end) throw error;
        await this.page.waitForTimeout(100);
      }
    }
  }

  /** Does something again until it shows: a key goes nowhere while the window is busy. */
  async until(shown: Locator, action: () => Promise<unknown>): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt++) {
      await action();
      const isShown = await shown.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (isShown) return;
    }
    throw new Error(`it does not show: ${shown}`);
  }

  /** Clicks until something has gone by that: what is drawn anew under the pointer takes no click. */
  async clickAway(target: Locator, gone = target): Promise<void> {
    await target.click();
    await this.eventually(async () => {
      try {
        await gone.waitFor({ state: 'hidden', timeout: 2000 });
      } catch (error) {
        await target.click({ timeout: 1000 }).catch(() => undefined);
        throw error;
      }
    });
  }

  /** Waits for a message with this text. */
  async message(text: RegExp | string, timeout = 60_000): Promise<string> {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await toast.waitFor({ timeout });
    return toast.innerText();
  }

  /** Presses a button of a message. */
  async press(text: RegExp | string, button: string): Promise<void> {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await this.clickAway(toast.getByRole('button', { name: button, exact: true }), toast);
  }

  /** Moves the pointer over a text of the editor until this is shown for it, which may come after what others have to say. */
  async hover(text: string, expected: RegExp): Promise<void> {
    const place = this.page.locator('.editor-instance .view-line span', { hasText: text }).last();
    const shown = this.page.locator('.monaco-hover:visible .hover-contents, .monaco-hover:visible .hover-row');
    for (let attempt = 0; attempt < 20; attempt++) {
      await this.page.mouse.move(5, 5);
      // A line that is just drawn anew has no place.
      const box = await place.boundingBox();
      if (!box) {
        await this.page.waitForTimeout(200);
        continue;
      }
      // A long text may go out of view.
      await this.page.mouse.move(box.x + Math.min(box.width / 2, 60), box.y + box.height / 2, { steps: 4 });
      await this.page.waitForTimeout(700 + 200 * attempt);
      const found = (await shown.allInnerTexts()).join('\n');
      if (expected.test(found)) return;
    }
    throw new Error(`${expected} is not shown over ${text}`);
  }

  /** The page inside a webview. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
  }

  screenshot(name: string): Promise<unknown> {
    return this.page.screenshot({ path: path.join(this.#out, `${name}.png`) });
  }

  async #choose(key: string, text: string, title: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    for (let attempt = 0; ; attempt++) {
      await this.page.keyboard.press(key);
      try {
        // What is on its way out takes no text, and what takes the focus closes the list.
        await widget.locator('input[type="text"]').first().fill(text, { timeout: 3000 });
        const row = widget.locator('.monaco-list-row', { hasText: atItsStart(title) }).first();
        await row.waitFor({ timeout: 5000 });
        await this.clickAway(row);
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }
}

/** A text that begins where a word does: `en.ptask.json` is not the end of `broken.ptask.json`. */
function atItsStart(text: string): RegExp {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll(' ', '\\s+');
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}`, 'iu');
}
