import type { EditorPage } from '../editor-page.ts';

/** Where there are none, the view says how to begin. */
export async function noRuns(editor: EditorPage): Promise<void> {
  await editor.command('ptask: Show Runs');
  const welcome = editor.page.locator('.welcome-view-content');
  for (const name of ['Train Task', 'New Task File', 'Open Example'])
    await welcome.getByRole('button', { name }).waitFor();
}
