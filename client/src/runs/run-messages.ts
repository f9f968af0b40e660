import { commands, type Disposable, Uri, window } from 'vscode';
import { EVALUATE_TASK } from '../../../protocol/src/commands.ts';
import type { Texts } from '../texts.ts';
import { type RunQueue, resumed, type WindowRun } from './run-queue.ts';
import { endMessage, runName } from './run-text.ts';

interface Action {
  readonly title: string;
  run(): unknown;
}

/** Says what a run does otherwise than asked, and how it has ended, and offers what is to be done next. */
export function sayHowRunsGo(queue: RunQueue, texts: Texts): Disposable {
  return queue.listen((run, { notices }) => {
    for (const notice of notices) void window.showWarningMessage(`${runName(run.request)}: ${notice}`);
    if (run.end) void say(queue, run, texts);
  });
}

async function say(queue: RunQueue, run: WindowRun, texts: Texts): Promise<void> {
  const message = endMessage(runName(run.request), run.end!, texts);
  if (!message) return;
  const actions = actionsAfter(queue, run, texts);
  const show = {
    information: window.showInformationMessage,
    warning: window.showWarningMessage,
    error: window.showErrorMessage,
  }[message.severity];
  const choice = await show(message.text, ...actions.map(({ title }) => title));
  await actions.find(({ title }) => title === choice)?.run();
}

function actionsAfter(queue: RunQueue, { request, end, dir }: WindowRun, { t }: Texts): Action[] {
  const evaluate = {
    title: t('Evaluate'),
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
  const resume = { title: t('Resume'), run: () => queue.add(resumed(request, dir)) };
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
