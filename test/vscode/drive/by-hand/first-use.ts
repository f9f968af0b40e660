import type { EditorPage } from '../editor-page.ts';

/** The four steps of the walkthrough, and a task file for data of one’s own. */
export async function firstUse(editor: EditorPage): Promise<void> {
  const { page } = editor;
  await editor.command('ptask: New Task File');
  await editor.acceptOnly('own/train.jsonl', 'own/dev.jsonl');
  await editor.accept('mood');
  await editor.type('A name for the task', 'mood-task');
  await page.locator('.tab.active', { hasText: 'mood-task.ptask.json' }).waitFor();
  await editor.screenshot('new-task-file');
}
