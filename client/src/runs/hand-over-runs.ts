import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { type Disposable, type ExtensionContext, Uri, workspace } from 'vscode';
import { showInformation } from '../messages.ts';
import type { Texts } from '../texts.ts';
import type { RunQueue, RunRequest } from './run-queue.ts';
import { runName } from './run-text.ts';
import { isOf, type RunsLeft, RunsNote, type Surroundings, surroundings, takeRunsLeft } from './runs-left.ts';

export interface HandOver extends Disposable {
  /** Leaves the runs to the next window. To be called before they are paused. */
  close(): void;
}

/** Goes on with the runs of the window that was here just now, and offers to where that was longer ago. */
export function handOverRuns(
  queue: RunQueue,
  { storageUri, globalStorageUri }: Pick<ExtensionContext, 'storageUri' | 'globalStorageUri'>,
  texts: Texts,
): HandOver {
  const folder = path.join(globalStorageUri.fsPath, 'runs');
  const closing = new AbortController();
  const own = storageUri?.fsPath ?? '';
  const note = new RunsNote(folder, randomUUID(), own);
  const here = surroundings(closing.signal, {
    own: note.name,
    workspace: own,
    holds: (file) => workspace.getWorkspaceFolder(Uri.file(file)) !== undefined,
  });
  const takeOverNow = () => void takeOver(folder, { queue, note }, texts, here);
  const trusted = workspace.onDidGrantWorkspaceTrust(takeOverNow);
  if (workspace.isTrusted) takeOverNow();
  const listener = queue.listen(() => note.keep(queue.open));
  return {
    close() {
      closing.abort();
      note.close(Date.now());
    },
    dispose() {
      closing.abort();
      trusted.dispose();
      listener.dispose();
    },
  };
}

async function takeOver(
  folder: string,
  { queue, note }: { readonly queue: RunQueue; readonly note: RunsNote },
  { t }: Texts,
  here: Surroundings,
): Promise<void> {
  const asked: RunRequest[] = [];
  const answered: (() => void)[] = [];
  const take = ({ recent, old }: RunsLeft) => {
    for (const request of recent) queue.add(request);
    if (old.length === 0) return;
    asked.push(...old);
    answered.push(note.keepOffered(old));
  };
  try {
    await takeRunsLeft(folder, take, here);
  } catch {
    // This window closes, too: what it has not taken is there for the next one.
    return;
  }
  if (asked.length === 0) return;
  const resume = t('Resume');
  const names = asked.map(runName).join(', ');
  const choice = await showInformation(t('The training of {0} stopped when its window was closed.', names), resume);
  for (const request of choice === resume ? asked : []) {
    const { run } = request;
    if (run === undefined || !queue.open.some((one) => isOf(one, run))) queue.add(request);
  }
  for (const forget of answered) forget();
}
