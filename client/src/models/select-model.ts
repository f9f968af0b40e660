import {
  ProgressLocation,
  type QuickPickItem,
  QuickPickItemKind,
  Range,
  type Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import type { FileCommandArgument } from '../../../protocol/src/commands.ts';
import type { ModelsResult } from '../../../protocol/src/models.ts';
import { reasonOf } from '../engine/engine-error.ts';
import type { LanguageServer } from '../language-server.ts';
import { showError } from '../messages.ts';
import { chooseTask } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';
import { askForModel, fetchModel, type ModelServices } from './fetch-model.ts';
import { modelGroups } from './model-text.ts';

/** A model, or the wish for one that is not in the list. */
interface ModelItem extends QuickPickItem {
  readonly model?: string;
  readonly isThere?: boolean;
}

/** **Select Model**: offers the models that are there and some to be fetched, and writes the chosen one into the task file. */
export async function selectModel(
  services: ModelServices,
  argument: FileCommandArgument | Uri | undefined,
): Promise<void> {
  if (!(await requireTrust())) return;
  const { texts, server } = services;
  const choice = await chooseTask(argument);
  const found = choice && (await modelsFor(services, choice.file));
  const item = found && (await pick(found, texts));
  if (!item) return;
  const model = item.model ?? (await askForModel(texts));
  if (model === undefined || (!item.isThere && !(await fetchModel(services, model)))) return;
  await write(server, choice.file, model);
}

async function modelsFor({ engine, texts }: ModelServices, file: Uri): Promise<ModelsResult | undefined> {
  const { t } = texts;
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  try {
    return await window.withProgress({ location: ProgressLocation.Window, title: t('Looking for models…') }, () =>
      engine.request('models', { taskFile: file.fsPath, folders }, { isCommand: true }),
    );
  } catch (error) {
    showError(t('No models can be listed: {0}', reasonOf(error, t)));
    return undefined;
  }
}

function pick(found: ModelsResult, texts: Texts): Thenable<ModelItem | undefined> {
  const { t } = texts;
  const items: ModelItem[] = [
    ...modelGroups(found, texts).flatMap(({ title, models }) => [
      { label: title, kind: QuickPickItemKind.Separator },
      ...models.map(({ offer, description, detail }) => ({
        label: offer.name,
        description,
        detail,
        model: offer.name,
        isThere: offer.source !== 'suggested',
      })),
    ]),
    { label: '', kind: QuickPickItemKind.Separator },
    { label: `$(cloud-download) ${t('Another model of Hugging Face…')}` },
  ];
  const { rows, tokensARow } = found.step;
  return window.showQuickPick(items, {
    title: t('Select Model'),
    placeHolder: t('Which model? Steps are reckoned for {0} rows of {1} tokens on the processor.', rows, tokensARow),
    matchOnDescription: true,
  });
}

async function write(server: LanguageServer, file: Uri, model: string): Promise<void> {
  const document = await workspace.openTextDocument(file);
  const edit = new WorkspaceEdit();
  for (const { range, newText } of await server.modelEdits(file, model)) {
    const { start, end } = range;
    edit.replace(document.uri, new Range(start.line, start.character, end.line, end.character), newText);
  }
  await workspace.applyEdit(edit);
  await window.showTextDocument(document);
}
