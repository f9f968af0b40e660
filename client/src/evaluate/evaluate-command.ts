import path from 'node:path';
import { l10n, ProgressLocation, type Uri, window, workspace } from 'vscode';
import type { TaskCommandArgument } from '../../../protocol/src/commands.ts';
import type { Baseline } from '../../../protocol/src/evaluating.ts';
import { EngineError, reasonOf } from '../engine/engine-error.ts';
import { showError, withoutLinks } from '../messages.ts';
import type { ReportDocuments } from '../report-documents.ts';
import { chooseTask, TASK_FILE_SUFFIX } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';
import type { EvaluationTests } from './evaluation-tests.ts';
import { evaluationReport } from './report-text.ts';

export interface EvaluateServices {
  readonly tests: EvaluationTests;
  readonly reports: ReportDocuments;
  readonly texts: Texts;
}

/** What the command may be told, beside what a code lens says. */
export type EvaluateArgument = (TaskCommandArgument | Uri) & { readonly baselines?: readonly Baseline[] };

/** **Evaluate**: measures a task or all of a file, and shows a report in an editor tab. */
export async function evaluateTask(services: EvaluateServices, argument: EvaluateArgument | undefined): Promise<void> {
  if (!(await requireTrust())) return;
  const choice = await chooseTask(argument);
  if (!choice) return;
  const baselines = argument?.baselines ?? (await pickBaselines());
  if (!baselines) return;
  const { texts, tests, reports } = services;
  const tasknames = choice.taskname === undefined ? [] : [choice.taskname];
  const title = choice.taskname ?? path.basename(choice.file.fsPath, TASK_FILE_SUFFIX);
  try {
    const evaluations = await window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: withoutLinks(texts.t('Evaluating {0}', title)),
        cancellable: true,
      },
      (_, token) => tests.evaluate({ file: choice.file.fsPath, tasknames, baselines }, token),
    );
    const report = evaluationReport(evaluations, {
      texts,
      shortName: (file) => workspace.asRelativePath(file),
      link: (file, line) => reports.link(file, line),
    });
    await reports.show(texts.t('Evaluation of {0}', title), report);
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'cancelled') return;
    showError(texts.t('{0} cannot be evaluated: {1}', title, reasonOf(error, texts.t)));
  }
}

/** What to compare with; each takes as long as the prompt itself. */
async function pickBaselines(): Promise<readonly Baseline[] | undefined> {
  const items: { label: string; description: string; picked?: boolean; baseline: Baseline }[] = [
    { label: l10n.t('zero-shot'), description: l10n.t('the model alone'), picked: true, baseline: 'zero' },
    { label: l10n.t('one-shot'), description: l10n.t('with one training row in its prompt'), baseline: 'one' },
    { label: l10n.t('few-shot'), description: l10n.t('with as many training rows as fit'), baseline: 'few' },
  ];
  const chosen = await window.showQuickPick(items, {
    canPickMany: true,
    title: l10n.t('Evaluate'),
    ignoreFocusOut: true,
    placeHolder: l10n.t('What is the prompt to be compared with? Each comparison takes time of its own.'),
  });
  return chosen?.map(({ baseline }) => baseline);
}
