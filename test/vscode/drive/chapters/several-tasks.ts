import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';

/** Of several tasks the user chooses; runs wait for each other. */
export async function severalTasks(editor: EditorPage, { page, workspace }: Workbench): Promise<void> {
  await writeTwoTasks(workspace);
  await editor.openTaskFile('two.ptask.json');
  await editor.command('ptask: Train Task');
  await editor.acceptOnly('tone-task');
  await editor.runBegins(page.locator('.statusbar-item', { hasText: /tone-task: epoch/ }));
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Train Task');
  await editor.runBegins(page.locator('.statusbar-item', { hasText: /tone-task: epoch.*\(\+1\)/ }));
  const waiting = page.locator('.pane-body .monaco-list-row', { hasText: /sentiment-task.*waiting/ });
  await editor.until(waiting, () => page.locator('.statusbar-item', { hasText: /tone-task: epoch/ }).click());
  await editor.command('ptask: Cancel Run');
  await editor.message(/tone-task was cancelled/);
  await page.locator('.statusbar-item', { hasText: /sentiment-task: epoch/ }).waitFor({ timeout: 60_000 });
  await editor.command('ptask: Cancel Run');
  await editor.message(/sentiment-task was cancelled/);
}

/** A file with the sentiment task under two names. */
async function writeTwoTasks(workspace: string): Promise<void> {
  const read = (file: string) => readFile(path.join(workspace, file), 'utf8');
  const renamed = (text: string) => text.replaceAll('sentiment-task', 'tone-task');
  for (const split of ['train', 'validation', 'test']) {
    const rows = await read(`data/${split}.jsonl`);
    await writeFile(path.join(workspace, `data/two-${split}.jsonl`), rows + renamed(rows));
  }
  const text = (await read('sentiment.ptask.json')).replaceAll('"data/', '"data/two-');
  const template = /"task_templates": \[([\s\S]*?)\n {2}\],/.exec(text)![1]!;
  const file = text
    .replace('"new_tasks": ["sentiment-task"]', '"new_tasks": ["sentiment-task", "tone-task"]')
    .replace(template, `${template},${renamed(template)}`);
  await writeFile(path.join(workspace, 'two.ptask.json'), file);
}
