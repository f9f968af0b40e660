import {
  ConfigurationTarget,
  commands,
  type Disposable,
  EventEmitter,
  InlayHint,
  type InlayHintsProvider,
  languages,
  Position,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { TaskRow } from '../../../protocol/src/rows.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { LanguageServer } from '../language-server.ts';
import { later } from '../later.ts';
import type { RunQueue } from '../runs/run-queue.ts';
import { isTaskFile } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { ROW_DOCUMENTS, unsavedText } from './documents.ts';
import { PredictionStore, type RowQuestion } from './prediction-store.ts';
import { hintText, staleText } from './prediction-text.ts';
import { Redrawing } from './redrawing.ts';

const PROMPT_TABLES = '**/*.prompts.safetensors';
const SETTING = 'predictions.inline';

/** So long is waited for answers before a document is drawn without them; drawing it again takes VS Code longer than that. */
const WAIT_MS = 150;
/** The window has other things to do when it begins. */
const START_MS = 1000;
/** After a keystroke in a task file, so long is waited before its prompts are looked at anew. */
const TYPING_MS = 500;

/** Shows beside each row in view what the trained prompt answers. */
export function showInlinePredictions(
  server: LanguageServer,
  engine: PredictionEngine,
  queue: RunQueue,
  texts: Texts,
): Disposable[] {
  const changed = new EventEmitter<void>();
  const drawing = new Redrawing<TextDocument>(() => changed.fire(), documentsInView);
  const waiting = new Set<() => void>();
  const newsWithin = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      waiting.add(resolve);
      setTimeout(() => {
        waiting.delete(resolve);
        resolve();
      }, milliseconds);
    });
  const tellNews = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
    drawing.news();
  };
  const store = new PredictionStore(
    {
      predict: (params, predicted, signal) => engine.request('predict', params, { signal, listen: { predicted } }),
      unsavedText,
    },
    tellNews,
  );
  const expireTyped = later(TYPING_MS, () => store.expire());
  const provider: InlayHintsProvider = {
    onDidChangeInlayHints: changed.event,
    async provideInlayHints(document, range, token) {
      if (!workspace.isTrusted || !workspace.getConfiguration('ptask', document).get(SETTING, true)) return [];
      const rows = await server.rows(document.uri, range, token);
      if (token.isCancellationRequested) return [];
      const questions = rows.map(questionOf);
      const answered = store.want(questions);
      if (questions.some((question) => !store.known(question))) {
        await Promise.race([answered, newsWithin(WAIT_MS)]);
        if (token.isCancellationRequested) return [];
      }
      drawing.asked(document);
      return hintsOf(document, rows, store, texts);
    },
  };
  const tables = workspace.createFileSystemWatcher(PROMPT_TABLES);
  const start = later(START_MS, () => void startWherePrompts(engine));
  start.soon();
  return [
    changed,
    drawing,
    expireTyped,
    store,
    tables,
    start,
    ...[tables.onDidCreate, tables.onDidChange, tables.onDidDelete].map((event) => event(() => store.expire())),
    engine.onAskAnew(() => store.expire()),
    queue.listen(({ end }) => {
      if (end) store.expire();
    }),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (isTaskFile(document)) expireTyped.soon();
    }),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`ptask.${SETTING}`)) changed.fire();
    }),
    workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    languages.registerInlayHintsProvider(ROW_DOCUMENTS, provider),
    commands.registerCommand('ptask.toggleInlinePredictions', toggle),
  ];
}

function documentsInView(): TextDocument[] {
  return window.visibleTextEditors.map(({ document }) => document).filter((one) => languages.match(ROW_DOCUMENTS, one));
}

/** The process that predicts takes a while to start, which the first rows that are opened need not wait for. */
async function startWherePrompts(engine: PredictionEngine): Promise<void> {
  if (!workspace.isTrusted || !workspace.getConfiguration('ptask').get(SETTING, true)) return;
  const found = await workspace.findFiles(PROMPT_TABLES, '**/node_modules/**', 1);
  if (found.length > 0) engine.start();
}

export function questionOf({ taskFile, taskname, row }: TaskRow): RowQuestion {
  return { file: Uri.parse(taskFile).fsPath, taskname, row };
}

/**
 * Behind an example of a task file; in front of a row of a data file, whose end is mostly out of view, all equally wide so
 * that the rows stand below each other.
 */
function hintsOf(document: TextDocument, rows: readonly TaskRow[], store: PredictionStore, texts: Texts): InlayHint[] {
  const shown = rows.flatMap(({ range, ...row }) => {
    const prediction = store.known(questionOf({ range, ...row }));
    const text = prediction && hintText(prediction, texts);
    return text === undefined ? [] : [{ range, text, prompt: prediction!.prompt }];
  });
  const width = Math.max(...shown.map(({ text }) => text.length));
  return shown.map(({ range: { start, end }, text, prompt }) => {
    const hint = isTaskFile(document)
      ? new InlayHint(new Position(end.line, end.character), text)
      : new InlayHint(new Position(start.line, start.character), text.padEnd(width, '\u00a0'));
    if (isTaskFile(document)) hint.paddingLeft = true;
    else hint.paddingRight = true;
    if (prompt.state === 'stale') hint.tooltip = staleText(prompt, texts);
    return hint;
  });
}

async function toggle(): Promise<void> {
  const configuration = workspace.getConfiguration('ptask');
  await configuration.update(SETTING, !configuration.get(SETTING, true), ConfigurationTarget.Global);
}
