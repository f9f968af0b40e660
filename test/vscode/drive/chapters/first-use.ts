import assert from 'node:assert/strict';
import type { EditorPage } from '../editor-page.ts';

/** The four steps of the walkthrough, to a trained example. */
export async function walkthrough(editor: EditorPage): Promise<void> {
  const { page } = editor;
  const step = async (title: string, button: string) => {
    await editor.command('Welcome: Open Walkthrough...');
    await editor.choose('Get started with ptask');
    await page.locator('.getting-started-step', { hasText: title }).first().click();
    await page
      .locator('.getting-started-step.expanded', { hasText: title })
      .getByRole('button', { name: button })
      .click();
  };
  await step('Open an example', 'Open Example');
  await page.locator('.tab.active', { hasText: /^en\.ptask\.json/ }).waitFor();
  await page.locator('.codelens-decoration', { hasText: 'not trained yet' }).first().waitFor({ timeout: 30_000 });

  await step('See what is wrong', 'Show Problems');
  await page.locator('.panel .markers-panel').waitFor();
  await editor.command('View: Hide Panel');

  await editor.open('en.ptask.json');
  await step('Train the task', 'Train Task');
  await editor.choose('en.ptask.json');
  await editor.runBegins(page.locator('.statusbar-item', { hasText: /sentiment-task: epoch/ }));
  await page.locator('.statusbar-item', { hasText: /sentiment-task: epoch 2/ }).waitFor({ timeout: 120_000 });
  await editor.command('ptask: Cancel Run');
  await editor.message('The best prompt so far, of epoch 1, was kept.');

  await editor.open('en.ptask.json');
  await step('Look at the answers', 'Predict');
  await editor.choose('en.ptask.json');
  await editor.type('The text of the field “sentence”', 'The forecast was raised.');
  await editor.webview().getByText('The forecast was raised.').waitFor({ timeout: 30_000 });

  await editor.command('Welcome: Open Walkthrough...');
  await editor.choose('Get started with ptask');
  const done = page.locator('.getting-started-step .codicon-getting-started-step-checked');
  await editor.eventually(async () => assert.equal(await done.count(), 4));
  await editor.screenshot('walkthrough-done');
}

/** From rows that name no task, some of them in a table: the fields are proposed, and the file that is written has no problems. */
export async function newTaskFile(editor: EditorPage): Promise<void> {
  const { page } = editor;
  await editor.command('ptask: New Task File');
  await editor.acceptOnly('own/train.jsonl', 'own/dev.csv');
  await editor.choose('mood');
  await editor.type('A name for the task', 'mood-task');
  await page.locator('.tab.active', { hasText: 'mood-task.ptask.json' }).waitFor();
  await page.locator('.codelens-decoration', { hasText: 'not trained yet' }).first().waitFor({ timeout: 30_000 });
  await editor.languageStatusSays(/0 of 1 task trained/);
  assert.equal(await page.locator('.editor-instance .squiggly-error, .editor-instance .squiggly-warning').count(), 0);
  await editor.screenshot('new-task-file');
}

/** The task that was just made is trained, and its prompt answers beside its rows. */
export async function ownTask(editor: EditorPage): Promise<void> {
  const { page } = editor;
  await editor.command('ptask: Train Task');
  await editor.message(/mood-task is trained/, 120_000);
  await editor.open('dev.mood-task.jsonl');
  const answers = page.locator('.view-line', { hasText: /→\s(glad|sad|calm)\s+\d+%\s[✓✗]/ });
  await editor.eventually(async () => assert.equal(await answers.count(), 12));
  await editor.screenshot('own-task');
}
