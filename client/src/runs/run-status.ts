import { type Disposable, StatusBarAlignment, window } from 'vscode';
import type { Texts } from '../texts.ts';
import type { RunQueue } from './run-queue.ts';
import { progressText, runName } from './run-text.ts';

/** Shows the run that goes on in the status bar, and how many wait behind it. */
export function showRunStatus(queue: RunQueue, texts: Texts): Disposable[] {
  const { t } = texts;
  const item = window.createStatusBarItem('ptask.run', StatusBarAlignment.Left, 0);
  item.name = t('ptask run');
  item.command = 'ptask.showRuns';
  const update = () => {
    const [run, ...waiting] = queue.open;
    if (!run) {
      item.hide();
      return;
    }
    const more = waiting.length > 0 ? ` (+${waiting.length})` : '';
    item.text = `$(sync~spin) ${runName(run.request)}: ${progressText(run, texts)}${more}`;
    item.tooltip = t('Training {0}. Shows the runs.', runName(run.request));
    item.show();
  };
  return [item, queue.listen(update)];
}
