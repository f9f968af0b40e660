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
  workspace,
} from 'vscode';
import type { TaskRow } from '../../../protocol/src/rows.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { LanguageServer } from '../language-server.ts';
import type { RunQueue } from '../runs/run-queue.ts';
import { isTaskFile } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { ROW_DOCUMENTS, unsavedText } from './documents.ts';
import { PredictionStore, type RowQuestion } from './prediction-store.ts';
import { hintText } from './prediction-text.ts';

const SETTING = 'predictions.inline';

/** Answers that come one after the other are drawn together. */
const DRAW_MS = 50;
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
  const draw = later(DRAW_MS, () => changed.fire());
  const store = new PredictionStore(
    {
      predict: (params, predicted, signal) => engine.request('predict', params, { signal, listen: { predicted } }),
      unsavedText,
    },
    draw.soon,
  );
  const expireTyped = later(TYPING_MS, () => store.expire());
  const provider: InlayHintsProvider = {
    onDidChangeInlayHints: changed.event,
    async provideInlayHints(document, range, token) {
      if (!workspace.isTrusted || !workspace.getConfiguration('ptask', document).get(SETTING, true)) return [];
      const rows = await server.rows(document.uri, range, token);
      if (token.isCancellationRequested) return [];
      store.want(rows.map(questionOf));
      return hintsOf(document, rows, store, texts);
    },
  };
  const tables = workspace.createFileSystemWatcher('**/*.prompts.safetensors');
  return [
    changed,
    draw,
    expireTyped,
    store,
    tables,
    ...[tables.onDidCreate, tables.onDidChange, tables.onDidDelete].map((event) => event(() => store.expire())),
    engine.onRestart(() => store.expire()),
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
    if (prompt.state === 'stale') hint.tooltip = prompt.message;
    return hint;
  });
}

async function toggle(): Promise<void> {
  const configuration = workspace.getConfiguration('ptask');
  await configuration.update(SETTING, !configuration.get(SETTING, true), ConfigurationTarget.Global);
}

interface Later extends Disposable {
  /** Does it after a while, however often it is asked to meanwhile. */
  readonly soon: () => void;
}

function later(milliseconds: number, action: () => void): Later {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    soon() {
      timer ??= setTimeout(() => {
        timer = undefined;
        action();
      }, milliseconds);
    },
    dispose: () => clearTimeout(timer),
  };
}
