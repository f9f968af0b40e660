import { totalmem } from 'node:os';
import { commands, l10n, ProgressLocation, type Uri, window, workspace } from 'vscode';
import type { TaskCommandArgument } from '../../../protocol/src/commands.ts';
import type { DeviceName } from '../../../protocol/src/devices.ts';
import type { PlanResult } from '../../../protocol/src/planning.ts';
import { EngineError, reasonOf } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import { showError, showInformation } from '../messages.ts';
import { chooseTask, type TaskChoice } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';
import { needsConfirmation, planText, taskText } from './plan-text.ts';
import type { RunQueue } from './run-queue.ts';

export interface TrainServices {
  readonly queue: RunQueue;
  readonly engine: PredictionEngine;
  readonly texts: Texts;
}

/** What is being checked and asked about, so that a second click meanwhile begins no other run of the same. */
const underway = new Set<string>();

/** **Train Task**: checks the file, asks what is not clear, and puts a run into the queue. */
export async function trainTask(
  services: TrainServices,
  argument: TaskCommandArgument | Uri | undefined,
): Promise<void> {
  if (!(await requireTrust())) return;
  const choice = await chooseTask(argument);
  if (!choice) return;
  const key = JSON.stringify([choice.file.toString(), choice.taskname]);
  if (underway.has(key)) return;
  underway.add(key);
  try {
    await askAndTrain(services, choice);
  } finally {
    underway.delete(key);
  }
}

async function askAndTrain(services: TrainServices, { file, taskname }: TaskChoice): Promise<void> {
  const tasknames = taskname === undefined ? [] : [taskname];
  let plan = await planned(services.engine, file, tasknames);
  if (!plan) return;
  if (plan.tasks.length > 1) {
    const chosen = await pickTasks(plan, services.texts);
    if (!chosen) return;
    if (chosen.length < plan.tasks.length) plan = await planned(services.engine, file, chosen);
    if (!plan) return;
  }
  const resume = plan.resumable ? await askToResume(plan.resumable.step) : false;
  if (resume === undefined) return;
  if (needsConfirmation(plan, totalmem()) && !(await confirm(plan, services.texts))) return;
  services.queue.add({
    file: file.fsPath,
    tasknames: plan.tasks.map(({ taskname }) => taskname),
    resume,
    ...(resume && plan.resumable ? { run: plan.resumable.run } : {}),
    device: deviceOf(file),
  });
}

/** The device that the settings name for a task file. */
export function deviceOf(file: Uri): DeviceName | 'auto' {
  return workspace.getConfiguration('ptask', file).get<DeviceName | 'auto'>('device', 'auto');
}

async function planned(
  engine: PredictionEngine,
  file: Uri,
  tasknames: readonly string[],
): Promise<PlanResult | undefined> {
  try {
    return await window.withProgress({ location: ProgressLocation.Window, title: l10n.t('Checking the task…') }, () =>
      engine.request('plan', { file: file.fsPath, tasknames, measure: false }, { isCommand: true }),
    );
  } catch (error) {
    void sayWhyNot(error, file);
    return undefined;
  }
}

async function sayWhyNot(error: unknown, file: Uri): Promise<void> {
  const name = workspace.asRelativePath(file);
  if (error instanceof EngineError && error.kind === 'problems') {
    const show = l10n.t('Show Problems');
    const choice = await showError(
      l10n.t('{0} has errors, and nothing can be trained before they are mended.', name),
      show,
    );
    if (choice === show) await commands.executeCommand('workbench.actions.view.problems');
    return;
  }
  showError(l10n.t('{0} cannot be trained: {1}', name, reasonOf(error, l10n.t)));
}

/** The tasks to train, those that have no prompt yet being chosen already. */
async function pickTasks(plan: PlanResult, texts: Texts): Promise<string[] | undefined> {
  const areAllTrained = plan.tasks.every(({ replaces }) => replaces);
  const items = plan.tasks.map((task) => ({
    label: task.taskname,
    description: taskText(task, texts),
    picked: areAllTrained || !task.replaces,
  }));
  const chosen = await window.showQuickPick(items, {
    canPickMany: true,
    title: l10n.t('Train Task'),
    ignoreFocusOut: true,
    placeHolder: l10n.t('Which tasks? They are trained together, in one run.'),
  });
  return chosen && chosen.length > 0 ? chosen.map(({ label }) => label) : undefined;
}

/** Whether to go on with an earlier run; undefined where the user wants neither. */
async function askToResume(step: number): Promise<boolean | undefined> {
  const items = [
    {
      label: l10n.t('Resume'),
      description: l10n.t('go on from step {0} of the run that was stopped', step),
      resume: true,
    },
    { label: l10n.t('Start Anew'), description: l10n.t('leave that run as it is'), resume: false },
  ];
  return (await window.showQuickPick(items, { title: l10n.t('Train Task'), ignoreFocusOut: true }))?.resume;
}

async function confirm(plan: PlanResult, texts: Texts): Promise<boolean> {
  const train = l10n.t('Train');
  const question = l10n.t('Train {0}?', plan.tasks.map(({ taskname }) => taskname).join(', '));
  const choice = await showInformation(question, { modal: true, detail: planText(plan, texts) }, train);
  return choice === train;
}
