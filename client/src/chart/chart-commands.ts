import { commands, type Disposable, window } from 'vscode';
import { showInformation } from '../messages.ts';
import { summaryText } from '../runs/run-text.ts';
import type { RunEntry } from '../runs/runs-view.ts';
import { listedRuns, type StoredRuns } from '../runs/stored-runs.ts';
import type { Texts } from '../texts.ts';
import type { Charts } from './chart-panel.ts';
import { runTitle } from './chart-run.ts';

/** **Show Chart** of a run, of those that are selected in the Runs view, or of the newest; **Compare Runs** asks which. */
export function chartCommands(charts: Charts, stored: StoredRuns, texts: Texts): Disposable[] {
  const none = () => texts.t('No task has been trained here yet.');
  return [
    commands.registerCommand('ptask.showChart', async (of?: RunEntry | string, selected?: readonly RunEntry[]) => {
      const chosen = selected && selected.length > 1 ? selected.flatMap(dirOf) : dirOf(of);
      // A run that is named and has no folder yet is not the newest one of the others.
      const runs = of === undefined ? await listedRuns(stored, texts) : [];
      if (!runs) return;
      const dirs = of === undefined ? runs.slice(0, 1).map(({ dir }) => dir) : chosen;
      if (dirs.length > 0) charts.show(dirs);
      else showInformation(of === undefined ? none() : texts.t('This run has not taken a step yet.'));
    }),
    commands.registerCommand('ptask.compareRuns', async () => {
      const runs = await listedRuns(stored, texts);
      if (!runs) return;
      const items = runs.map((run) => ({
        label: runTitle(run),
        description: summaryText(run, texts),
        dir: run.dir,
      }));
      if (items.length === 0) {
        showInformation(none());
        return;
      }
      const chosen = await window.showQuickPick(items, {
        canPickMany: true,
        ignoreFocusOut: true,
        placeHolder: texts.t('Which runs are to be drawn over each other?'),
      });
      if (chosen && chosen.length > 0) charts.show(chosen.map(({ dir }) => dir));
    }),
  ];
}

function dirOf(entry: RunEntry | string | undefined): string[] {
  if (entry === undefined) return [];
  if (typeof entry === 'string') return [entry];
  return entry.kind === 'epoch' || entry.run.dir === undefined ? [] : [entry.run.dir];
}
