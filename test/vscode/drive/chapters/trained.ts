import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';

/** A trained prompt for the chapters that follow, and a task whose next runs take longer than what is done to them. */
export async function trained(editor: EditorPage, { workspace }: Workbench): Promise<void> {
  const file = path.join(workspace, 'sentiment.ptask.json');
  const text = await readFile(file, 'utf8');
  const epochs = (count: number) => text.replace('"max_epochs": 4', `"max_epochs": ${count}`);
  await writeFile(file, epochs(1));
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.page.locator('.view-line', { hasText: /"max_epochs":\s1\b/ }).waitFor();
  await editor.command('ptask: Train Task');
  await editor.message(/sentiment-task (is trained|has learnt nothing of use)/, 120_000);
  await writeFile(file, epochs(20));
  await editor.languageStatusSays(/1 of 1 task trained/);
}
