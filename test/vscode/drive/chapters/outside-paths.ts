import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';

/** Data that lies outside of the workspace is asked about, once, before the engine is told of it. */
export async function outsidePaths(editor: EditorPage, { page, workspace }: Workbench): Promise<void> {
  await cp(path.join(workspace, 'data'), path.join(workspace, '../elsewhere'), { recursive: true });
  const text = await readFile(path.join(workspace, 'sentiment.ptask.json'), 'utf8');
  // So few that a busy machine, too, does not take long enough to be asked about.
  const short = text.replace(/"max_epochs": \d+/, '"max_epochs": 8');
  await writeFile(path.join(workspace, 'outside.ptask.json'), short.replaceAll('"data/', '"../elsewhere/'));
  await editor.openTaskFile('outside.ptask.json');
  const question = /outside\.ptask\.json names files outside of this workspace/;
  const asked = await editor.message(question);
  for (const name of ['train', 'validation', 'test']) assert.ok(asked.includes(`elsewhere/${name}.jsonl`), asked);
  await editor.press(question, 'Don’t Allow');
  await editor.languageStatusSays(/you have not allowed their use/);

  // A command asks again, and what it is told goes for everything.
  await editor.command('ptask: Train Task');
  await editor.answer(question, 'Allow');
  await editor.runBegins(page.locator('.statusbar-item', { hasText: /sentiment-task: epoch 2/ }));
  await editor.command('ptask: Cancel Run');
  await editor.message(/sentiment-task was cancelled/);
  await editor.languageStatusSays(/1 of 1 task trained/);
  await editor.command('ptask: Evaluate');
  await editor.acceptOnly();
  await editor.webview().getByText('Measured on 16 test rows').waitFor({ timeout: 30_000 });
}
