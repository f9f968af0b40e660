import { l10n, ProgressLocation, type Uri, window, workspace } from 'vscode';
import type { TaskCommandArgument } from '../../../protocol/src/commands.ts';
import type { TaskTemplateOutline } from '../../../protocol/src/rows.ts';
import { reasonOf } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { LanguageServer } from '../language-server.ts';
import { showError, withoutLinks } from '../messages.ts';
import type { ReportDocuments } from '../report-documents.ts';
import { chooseTask, isTaskFile } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';
import { answeredMarkdown } from './prediction-text.ts';

export interface PredictServices {
  readonly server: LanguageServer;
  readonly engine: PredictionEngine;
  readonly reports: ReportDocuments;
  readonly texts: Texts;
}

/** **Predict**: answers the selected text, or one that is typed, and shows the answer in an editor tab. */
export async function predictTask(
  services: PredictServices,
  argument: TaskCommandArgument | Uri | undefined,
): Promise<void> {
  if (!(await requireTrust())) return;
  const selection = selectedText();
  const choice = await chooseTask(argument);
  if (!choice) return;
  const templates = await services.server.templates(choice.file);
  const candidates = templates.filter(({ taskname }) => choice.taskname === undefined || taskname === choice.taskname);
  if (candidates.length === 0) {
    const name = choice.taskname ?? workspace.asRelativePath(choice.file);
    showError(l10n.t('{0} has no template that could be asked.', name));
    return;
  }
  const template = await chooseTemplate(candidates);
  const row = template && (await askForRow(template, selection));
  if (!row) return;
  await window.withProgress({ location: ProgressLocation.Window, title: l10n.t('Predicting…') }, () =>
    showAnswer(services, choice.file, template.taskname, row),
  );
}

async function showAnswer(
  { engine, reports, texts }: PredictServices,
  file: Uri,
  taskname: string,
  row: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    const { prompt, rows } = await engine.request(
      'predict',
      {
        token: 'typed',
        file: file.fsPath,
        taskname,
        rows: [row],
        withUntrained: true,
        urgency: 'hover',
      },
      { isCommand: true },
    );
    await reports.show(texts.t('Predict {0}', taskname), answeredMarkdown(taskname, prompt, rows[0]!, texts));
  } catch (error) {
    showError(texts.t('{0} cannot predict: {1}', taskname, reasonOf(error, texts.t)));
  }
}

/** What is selected outside of task files, whose text is no sentence to answer; without the line's end that comes with it. */
function selectedText(): string | undefined {
  const editor = window.activeTextEditor;
  if (!editor || isTaskFile(editor.document) || editor.selection.isEmpty) return undefined;
  return editor.document.getText(editor.selection).trim() || undefined;
}

async function chooseTemplate(candidates: readonly TaskTemplateOutline[]): Promise<TaskTemplateOutline | undefined> {
  if (candidates.length === 1) return candidates[0];
  const picked = await window.showQuickPick(
    candidates.map((template) => template.taskname),
    { placeHolder: l10n.t('Which task?'), ignoreFocusOut: true },
  );
  return candidates.find((template) => template.taskname === picked);
}

/** A value for each field of the template; undefined where the user gives up. */
async function askForRow(
  { taskname, fields }: TaskTemplateOutline,
  selection: string | undefined,
): Promise<Record<string, string> | undefined> {
  const row: Record<string, string> = { taskname };
  for (const [place, field] of fields.entries()) {
    const value =
      place === 0 && fields.length === 1 && selection !== undefined
        ? selection
        : await window.showInputBox({
            title: taskname,
            prompt: withoutLinks(l10n.t('The text of the field “{0}”', field)),
            ignoreFocusOut: true,
            ...(place === 0 && selection !== undefined ? { value: selection } : {}),
          });
    if (value === undefined) return undefined;
    row[field] = value;
  }
  return row;
}
