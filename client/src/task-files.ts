import path from 'node:path';
import { l10n, type TextDocument, Uri, window, workspace } from 'vscode';
import type { FileCommandArgument, TaskCommandArgument } from '../../protocol/src/commands.ts';
import { showInformation } from './messages.ts';

export const TASK_FILE_SUFFIX = '.ptask.json';
export const TASK_FILES = `**/*${TASK_FILE_SUFFIX}`;

export const isTaskFile = (document: TextDocument): boolean => document.languageId === 'ptask';

/** The task files of the workspace. */
export function findTaskFiles(): Thenable<Uri[]> {
  return workspace.findFiles(TASK_FILES, '**/node_modules/**');
}

/** What a command is about: a task file, and one of its tasks or all of them. */
export interface TaskChoice {
  readonly file: Uri;
  readonly taskname: string | undefined;
}

/**
 * Finds out what a command is about: what a code lens, a menu or another extension says, else the file in the editor, else
 * what the user picks. The file is saved, as the engine reads it from the disk.
 * @returns undefined where the user picked nothing or the file could not be saved
 */
export async function chooseTask(
  argument: TaskCommandArgument | FileCommandArgument | Uri | undefined,
): Promise<TaskChoice | undefined> {
  const file = fileOf(argument) ?? (await pickTaskFile());
  if (!file) return undefined;
  const taskname = argument && 'taskname' in argument ? argument.taskname : undefined;
  const open = workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  // One that is on no disk yet gets its place now.
  const saved = open?.isUntitled
    ? await workspace.save(file)
    : !open?.isDirty || (await open.save())
      ? file
      : undefined;
  return saved && { file: saved, taskname };
}

function fileOf(argument: FileCommandArgument | Uri | undefined): Uri | undefined {
  if (argument instanceof Uri) return mayBeTaskFile(argument) ? argument : undefined;
  if (argument && 'uri' in argument) return Uri.parse(argument.uri);
  const document = window.activeTextEditor?.document;
  return document && isTaskFile(document) && mayBeTaskFile(document.uri) ? document.uri : undefined;
}

/**
 * Whether what a menu names may be the task file. The menu of an editor names the document in it, which may be a data file with
 * a text to be answered, or what an earlier version of the task file was, as beside the present one when they are compared.
 */
function mayBeTaskFile(uri: Uri): boolean {
  const document = workspace.textDocuments.find((candidate) => candidate.uri.toString() === uri.toString());
  return ['file', 'untitled'].includes(uri.scheme) && (!document || isTaskFile(document));
}

async function pickTaskFile(): Promise<Uri | undefined> {
  const files = await findTaskFiles();
  if (files.length === 0) {
    showInformation(l10n.t('There is no task file in this workspace yet.'));
    return undefined;
  }
  if (files.length === 1) return files[0];
  // Those that are open come first: one is likely meant where another tab is in front.
  const open = new Set(workspace.textDocuments.map(({ uri }) => uri.toString()));
  const ranked = [true, false].flatMap((isOpen) => files.filter((file) => open.has(file.toString()) === isOpen));
  const items = ranked.map((file) => ({
    label: path.basename(file.fsPath),
    description: workspace.asRelativePath(file),
    file,
  }));
  // A page that the command was given from, such as the walkthrough, may take the focus back.
  const options = { placeHolder: l10n.t('Which task file?'), ignoreFocusOut: true };
  return (await window.showQuickPick(items, options))?.file;
}
