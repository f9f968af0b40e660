import { existsSync } from 'node:fs';
import path from 'node:path';
import { commands, type Disposable, Uri } from 'vscode';
import { EVALUATE_TASK } from '../../../protocol/src/commands.ts';
import { showError, showInformation, showWarning } from '../messages.ts';
import type { Texts } from '../texts.ts';
import { type RunQueue, resumed, type WindowRun } from './run-queue.ts';
import { endMessage, runName } from './run-text.ts';

interface Action {
  readonly title: string;
  /** Of no use where the task file has gone. */
  readonly needsFile?: true;
  run(): unknown;
}

/** Says what a run does otherwise than asked, and how it has ended, and offers what is to be done next. */
export function sayHowRunsGo(queue: RunQueue, texts: Texts): Disposable {
  return queue.listen((run, { notices }) => {
    for (const notice of notices) void showWarning(`${runName(run.request)}: ${notice}`);
    if (run.end) void say(queue, run, texts);
  });
}

async function say(queue: RunQueue, run: WindowRun, texts: Texts): Promise<void> {
  const message = endMessage(runName(run.request), run.end!, texts);
  if (!message) return;
  const isThere = existsSync(run.request.file);
  const text = [message.text, ...(isThere ? [] : whereFileIsGone(run, texts))].join(' ');
  const actions = actionsAfter(queue, run, texts).filter(({ needsFile }) => isThere || !needsFile);
  const show = {
    information: showInformation,
    warning: showWarning,
    error: showError,
  }[message.severity];
  const choice = await show(text, ...actions.map(({ title }) => title));
  await actions.find(({ title }) => title === choice)?.run();
}

/** A task file that got another name while its run went on may look for its prompt under that name. */
function whereFileIsGone({ request, end }: WindowRun, { t }: Texts): string[] {
  if ((end?.outcome !== 'done' && end?.outcome !== 'cancelled') || end.tasks.length === 0) return [];
  const [file, table] = [request.file, end.promptTable].map((name) => path.basename(name));
  return [t('{0} is no longer there; the prompt is in {1}.', file!, table!)];
}

function actionsAfter(queue: RunQueue, { request, end, dir }: WindowRun, { t }: Texts): Action[] {
  const evaluate: Action = {
    title: t('Evaluate'),
    needsFile: true,
    run: () => {
      const [taskname] = request.tasknames;
      const file = Uri.file(request.file);
      return commands.executeCommand(
        EVALUATE_TASK,
        request.tasknames.length === 1 ? { uri: file.toString(), taskname } : file,
      );
    },
  };
  const chart = { title: t('Show Chart'), run: () => commands.executeCommand('ptask.showChart', dir) };
  const resume: Action = { title: t('Resume'), needsFile: true, run: () => queue.add(resumed(request, dir)) };
  const log = { title: t('Open Log'), run: () => commands.executeCommand('ptask.openLog') };
  const problems = {
    title: t('Show Problems'),
    run: () => commands.executeCommand('workbench.actions.view.problems'),
  };
  switch (end?.outcome) {
    case 'done':
      return [evaluate, chart];
    case 'cancelled':
      return [chart];
    case 'killed':
      return [resume];
    case 'died':
      return [resume, log];
    case 'refused':
      return [end.error.kind === 'problems' ? problems : log];
    case 'failed':
      return [log];
    default:
      return [];
  }
}
