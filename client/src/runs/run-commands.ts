import { commands, type Disposable, type LogOutputChannel, Uri, workspace } from 'vscode';
import { runTitle } from '../chart/chart-run.ts';
import { showInformation, showWarning } from '../messages.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';
import type { RunQueue } from './run-queue.ts';
import { isOf } from './runs-left.ts';
import type { RunEntry } from './runs-view.ts';
import { listedRuns, type StoredRuns } from './stored-runs.ts';
import { deviceOf } from './train-command.ts';

/** What the Runs view's menus do to a run; from the command palette it is done to the one that goes on. */
export function registerRunCommands(
  queue: RunQueue,
  stored: StoredRuns,
  log: LogOutputChannel,
  texts: Texts,
): Disposable[] {
  const { t } = texts;
  const stop = (how: 'pause' | 'cancel') => (entry?: RunEntry, selected?: readonly RunEntry[]) => {
    const chosen = chosenOf(entry, selected).flatMap((one) => (one.kind === 'window' ? [one.run.id] : []));
    const runs = entry ? queue.open.filter(({ id }) => chosen.includes(id)) : queue.open.slice(0, 1);
    for (const { id } of runs) queue.stop(id, how);
    if (runs.length === 0) showInformation(t('No run goes on in this window.'));
  };
  return [
    commands.registerCommand('ptask.pauseRun', stop('pause')),
    commands.registerCommand('ptask.cancelRun', stop('cancel')),
    commands.registerCommand('ptask.resumeRun', (entry?: RunEntry, selected?: readonly RunEntry[]) =>
      resume(queue, stored, chosenOf(entry, selected), texts),
    ),
    commands.registerCommand('ptask.deleteRun', (entry?: RunEntry, selected?: readonly RunEntry[]) =>
      remove(queue, stored, chosenOf(entry, selected), texts),
    ),
    commands.registerCommand('ptask.refreshRuns', () => stored.refresh()),
    commands.registerCommand('ptask.showRuns', () => commands.executeCommand('ptask.runs.focus')),
    commands.registerCommand('ptask.revealRun', (entry?: RunEntry) => {
      const dir = entry && entry.kind !== 'epoch' ? entry.run.dir : undefined;
      return dir === undefined ? undefined : commands.executeCommand('revealInExplorer', Uri.file(dir));
    }),
    commands.registerCommand('ptask.openLog', () => log.show()),
  ];
}

/** What a menu of the Runs view is for: all that is selected there, where that is more than its own entry. */
function chosenOf(entry: RunEntry | undefined, selected: readonly RunEntry[] = []): readonly RunEntry[] {
  if (selected.length > 1) return selected;
  return entry ? [entry] : [];
}

/** Goes on with runs that were stopped: those of a menu, or the newest. */
async function resume(queue: RunQueue, stored: StoredRuns, entries: readonly RunEntry[], texts: Texts): Promise<void> {
  const { t } = texts;
  if (!(await requireTrust())) return;
  const chosen = entries.flatMap((entry) => (entry.kind === 'stored' ? [entry.run] : []));
  const listed = entries.length > 0 ? chosen : await listedRuns(stored, texts);
  if (!listed) return;
  const runs = listed.filter(({ state }) => state === 'stopped');
  if (runs.length === 0) showInformation(t('There is no paused run to go on with.'));
  for (const run of entries.length > 0 ? runs : runs.slice(0, 1)) {
    if (queue.open.some((open) => isOf(open, run.dir))) {
      showInformation(t('This run goes on in this window already, or waits to.'));
      continue;
    }
    const device = deviceOf(Uri.file(run.taskFile));
    queue.add({ file: run.taskFile, tasknames: run.tasknames, resume: true, run: run.dir, device });
  }
}

/** Deletes the runs that are selected, after asking; those that go on stay. */
async function remove(queue: RunQueue, stored: StoredRuns, entries: readonly RunEntry[], { t }: Texts): Promise<void> {
  const runs = entries.flatMap((entry) =>
    entry.kind === 'stored' && entry.run.state !== 'running' ? [entry.run] : [],
  );
  const [first] = runs;
  if (!first) return;
  const action = t('Delete');
  const choice = await (runs.length === 1
    ? showWarning(
        t('Delete this run of {0}?', first.tasknames.join(', ')),
        { modal: true, detail: t('Its numbers and checkpoints are deleted. The prompt table stays as it is.') },
        action,
      )
    : showWarning(
        t('Delete these {0} runs?', runs.length),
        {
          modal: true,
          detail: [
            ...runs.map(runTitle),
            t('Their numbers and checkpoints are deleted. The prompt table stays as it is.'),
          ].join('\n'),
        },
        action,
      ));
  if (choice !== action) return;
  // One of them may have been resumed before the answer, here or elsewhere.
  const going = (await stored.list().catch(() => [])).flatMap(({ dir, state }) => (state === 'running' ? [dir] : []));
  for (const run of runs) {
    const { dir } = run;
    if (going.includes(dir) || queue.open.some((open) => isOf(open, dir))) {
      showWarning(t('{0} goes on, and was not deleted.', runTitle(run)));
      continue;
    }
    const uri = Uri.file(dir);
    // A machine that is worked on from afar may have no trash.
    await workspace.fs
      .delete(uri, { recursive: true, useTrash: true })
      .then(undefined, () => workspace.fs.delete(uri, { recursive: true }));
  }
  stored.refresh();
}
