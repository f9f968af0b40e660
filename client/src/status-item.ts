import { type Disposable, LanguageStatusSeverity, languages, type TextDocument, window, workspace } from 'vscode';
import type { PromptState } from '../../protocol/src/predicting.ts';
import { EngineError, reasonOf } from './engine/engine-error.ts';
import type { PredictionEngine } from './engine/prediction-engine.ts';
import type { LanguageServer } from './language-server.ts';
import { later } from './later.ts';
import { taskFileOf } from './predictions/documents.ts';
import { onPromptsChange } from './predictions/prompt-changes.ts';
import type { RunQueue } from './runs/run-queue.ts';
import { deviceOf } from './runs/train-command.ts';
import { isTaskFile } from './task-files.ts';
import type { Texts } from './texts.ts';

/** A branch that is checked out changes many task files at once, for which it is looked at once. */
const TOGETHER_MS = 100;

/** Says in the status bar, for the task file in the editor, how many of its tasks are trained, and on which device they run. */
export function showFileStatus(
  server: LanguageServer,
  engine: PredictionEngine,
  queue: RunQueue,
  texts: Texts,
): Disposable[] {
  const { t } = texts;
  const item = languages.createLanguageStatusItem('ptask.file', { scheme: 'file', language: 'ptask' });
  item.name = 'ptask';
  item.command = { command: 'ptask.trainTask', title: t('Train Task') };
  let asked = 0;
  let shown: TextDocument | undefined;
  const update = async (document: TextDocument | undefined) => {
    if (!document || !isTaskFile(document)) return;
    const own = ++asked;
    const device = deviceOf(document.uri);
    // VS Code takes it for Markdown whose commands may be run, and a workspace may have anything in its settings.
    item.detail = device === 'auto' ? t('device: automatic') : t('device: {0}', String(device).replaceAll(/\W+/g, ' '));
    if (!workspace.isTrusted) {
      item.text = t('not trusted: nothing is run');
      return;
    }
    // Opening a model takes a while, in which nothing is known of this file.
    if (document !== shown) {
      item.text = t('Checking the task…');
      item.severity = LanguageStatusSeverity.Information;
    }
    shown = document;
    item.busy = true;
    const states = await promptStates(document, server, engine).catch((error: unknown) =>
      // What is wrong with the file is underlined in it.
      error instanceof EngineError && error.kind === 'problems' ? t('has errors') : reasonOf(error, t),
    );
    if (own !== asked) return;
    item.busy = false;
    const isStale = typeof states === 'string' || states.some(({ state }) => state === 'stale');
    item.severity = isStale ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
    item.text = typeof states === 'string' ? states : statesText(states, texts);
  };
  const active = () => void update(window.activeTextEditor?.document);
  active();
  const changed = later(TOGETHER_MS, active);
  return [
    item,
    changed,
    window.onDidChangeActiveTextEditor((editor) => void update(editor?.document)),
    workspace.onDidGrantWorkspaceTrust(active),
    ...onPromptsChange(engine, queue, changed.soon),
  ];
}

/** The state of each task's prompt. @throws EngineError, EngineDied */
async function promptStates(
  document: TextDocument,
  server: LanguageServer,
  engine: PredictionEngine,
): Promise<PromptState[]> {
  const templates = await server.templates(document.uri);
  const nothing = { token: 'status', rows: [], withUntrained: false, urgency: 'background' } as const;
  const answers = await Promise.all(
    templates.map(({ taskname }) => engine.request('predict', { ...taskFileOf(document), ...nothing, taskname })),
  );
  return answers.map(({ prompt }) => prompt);
}

/** `1 of 2 tasks trained, 1 stale` */
function statesText(states: readonly PromptState[], { t }: Texts): string {
  const count = (wanted: PromptState['state']) => states.filter(({ state }) => state === wanted).length;
  const stale = count('stale');
  const trained =
    states.length === 1
      ? t('{0} of 1 task trained', count('current'))
      : t('{0} of {1} tasks trained', count('current'), states.length);
  return stale === 0 ? trained : `${trained}, ${t('{0} stale', stale)}`;
}
