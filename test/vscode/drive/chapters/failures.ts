import assert from 'node:assert/strict';
import type { Workbench } from '../../host/workbench.ts';
import type { EditorPage } from '../editor-page.ts';
import { allGone, ownProcesses, type Process } from '../own-processes.ts';

/** A step that hangs, and processes that are killed, leave the editor working; the user is told, and goes on. */
export async function failures(editor: EditorPage, workbench: Workbench): Promise<void> {
  const { page } = editor;
  const processOf = (role: string): Process => {
    const [found, ...others] = ownProcesses(workbench).filter(({ command }) => command.endsWith(`engine.js ${role}`));
    assert.ok(found && others.length === 0, `one engine ${role}s`);
    return found;
  };
  await editor.openTaskFile('sentiment.ptask.json');
  await editor.command('ptask: Train Task');
  const training = page.locator('.statusbar-item', { hasText: /sentiment-task: epoch/ });
  await editor.runBegins(training);
  const hanging = processOf('train');
  // Nothing in it runs on, its watchdog included.
  process.kill(hanging.pid, 'SIGSTOP');
  await editor.command('ptask: Cancel Run');
  await page.locator('.statusbar-item', { hasText: 'cancelling after this step' }).waitFor();
  await editor.message('sentiment-task did not stop within five seconds', 8000);
  await allGone(workbench, [hanging]);

  await editor.press('sentiment-task did not stop within five seconds', 'Resume');
  await training.waitFor({ timeout: 60_000 });
  process.kill(processOf('train').pid, 'SIGKILL');
  const died = 'The process that trained sentiment-task ended: SIGKILL.';
  await editor.message(died);
  await editor.screenshot('run-died');
  await editor.press(died, 'Resume');
  await training.waitFor({ timeout: 60_000 });
  await editor.command('ptask: Cancel Run');
  await editor.message(/sentiment-task was cancelled/);

  const predicting = processOf('predict');
  process.kill(predicting.pid, 'SIGKILL');
  const ended = 'The process that predicts ended: SIGKILL.';
  await editor.message(ended);
  await editor.screenshot('engine-died');
  await editor.press(ended, 'Restart');
  await editor.eventually(async () => assert.notEqual(processOf('predict').pid, predicting.pid));
  await editor.languageStatusSays(/1 of 1 task trained/);
}
