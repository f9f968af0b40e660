import {
  commands,
  type Disposable,
  EventEmitter,
  InlayHint,
  InlayHintLabelPart,
  type InlayHintsProvider,
  languages,
  Position,
  type TextDocument,
  type Uri,
  window,
  workspace,
} from 'vscode';
import type { TaskRow } from '../../../protocol/src/rows.ts';
import { changeSetting } from '../change-setting.ts';
import { columnsOf } from '../columns.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { LanguageServer } from '../language-server.ts';
import { later } from '../later.ts';
import { runsRightToLeft } from '../right-to-left.ts';
import { findTaskFiles, isTaskFile } from '../task-files.ts';
import type { Texts } from '../texts.ts';
import { ROW_DOCUMENTS } from './documents.ts';
import type { Foresight } from './foresight.ts';
import { areWanted, INLINE } from './inline-setting.ts';
import { News } from './news.ts';
import { type HintParts, hintParts, staleText } from './prediction-text.ts';
import { Redrawing } from './redrawing.ts';
import { PROMPT_TABLES, type RowAnswers } from './row-answers.ts';

/**
 * So long is waited for answers before a task file is drawn without them, since the language server's hints are drawn with them.
 * Beside the rows of a data file nothing else is drawn, and asking once more takes VS Code longer than most answers.
 */
const TASK_FILE_WAIT_MS = 150;
/** So many task files are looked into at the start for one with a prompt. */
const MOST_LOOKED_INTO = 4;
/** The window has other things to do when it begins. */
const START_MS = 1000;

/** Shows beside each row in view what the trained prompt answers. */
export function showInlinePredictions(
  server: LanguageServer,
  engine: PredictionEngine,
  answers: RowAnswers,
  foresight: Pick<Foresight, 'seen'>,
  texts: Texts,
): Disposable[] {
  const changed = new EventEmitter<void>();
  const drawing = new Redrawing<TextDocument>(() => changed.fire(), documentsInView);
  const news = new News();
  const { store, questionOf } = answers;
  const provider: InlayHintsProvider = {
    onDidChangeInlayHints: changed.event,
    async provideInlayHints(document, range, token) {
      if (!areWanted(document.uri)) return [];
      const rows = await server.rows(document.uri, range, token);
      if (token.isCancellationRequested) return [];
      const questions = rows.map(questionOf);
      const answered = store.want(questions);
      let isNews = false;
      if (questions.some((question) => !store.known(question))) {
        isNews = await news.comesBefore(answered, isTaskFile(document) ? TASK_FILE_WAIT_MS : undefined);
        if (token.isCancellationRequested) return [];
      }
      const known = questions.filter((question) => store.known(question));
      for (const { files } of known) foresight.seen(files[0]!);
      // News by which nothing is known is that what was asked for has expired: it has to be asked for anew.
      if (!isNews || known.length > 0) drawing.asked(document);
      return hintsOf(document, rows, answers, texts);
    },
  };
  const start = later(START_MS, () => void startWherePrompts(server, engine, foresight));
  start.soon();
  return [
    changed,
    drawing,
    start,
    answers.news(() => {
      news.tell();
      drawing.news();
    }),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`ptask.${INLINE}`)) changed.fire();
    }),
    workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    languages.registerInlayHintsProvider(ROW_DOCUMENTS, provider),
    commands.registerCommand('ptask.toggleInlinePredictions', toggle),
  ];
}

function documentsInView(): TextDocument[] {
  return window.visibleTextEditors.map(({ document }) => document).filter((one) => languages.match(ROW_DOCUMENTS, one));
}

/**
 * The process that predicts takes a while to start and to open a model, for which the first rows that are opened need not wait.
 * Without prompts nothing is started.
 */
async function startWherePrompts(
  server: LanguageServer,
  engine: PredictionEngine,
  foresight: Pick<Foresight, 'seen'>,
): Promise<void> {
  if (!areWanted()) return;
  const found = await workspace.findFiles(PROMPT_TABLES, '**/node_modules/**', 1);
  if (found.length === 0) return;
  engine.start();
  for (const uri of (await findTaskFiles()).slice(0, MOST_LOOKED_INTO)) {
    if (!(await openTrained(uri, server, engine))) continue;
    foresight.seen(uri.fsPath);
    return;
  }
}

/** Makes the engine open a task file with its model; whether its first task has a prompt. What goes wrong is told when it is asked for. */
async function openTrained(uri: Uri, server: LanguageServer, engine: PredictionEngine): Promise<boolean> {
  try {
    const [template] = await server.templates(uri);
    if (template === undefined) return false;
    const { taskname } = template;
    const question = { token: 'open', file: uri.fsPath, taskname, rows: [], withUntrained: false } as const;
    const { prompt } = await engine.request('predict', { ...question, urgency: 'background' });
    return prompt.state !== 'untrained';
  } catch {
    return false;
  }
}

/**
 * Behind an example of a task file; in front of a row of a data file, whose end is mostly out of view, all equally wide so
 * that the rows stand below each other.
 */
function hintsOf(
  document: TextDocument,
  rows: readonly TaskRow[],
  { store, questionOf }: RowAnswers,
  texts: Texts,
): InlayHint[] {
  const shown = rows.flatMap((row) => {
    const prediction = store.known(questionOf(row));
    const parts = prediction && hintParts(prediction, texts);
    return parts === undefined ? [] : [{ range: row.range, parts, prompt: prediction!.prompt }];
  });
  const width = Math.max(...shown.map(({ parts }) => columnsOf(parts.join(''))));
  return shown.map(({ range: { start, end }, parts, prompt }) => {
    const hint = isTaskFile(document)
      ? new InlayHint(new Position(end.line, end.character), labelOf(parts))
      : new InlayHint(new Position(start.line, start.character), labelOf(parts, width));
    if (isTaskFile(document)) hint.paddingLeft = true;
    else hint.paddingRight = true;
    if (prompt.state === 'stale') hint.tooltip = staleText(prompt, texts);
    return hint;
  });
}

/**
 * The parts as one text; as several where an answer runs from right to left, since VS Code keeps the order of parts, and signs that
 * would do so it shows as `[U+2068]`.
 */
function labelOf(parts: HintParts, width = 0): string | InlayHintLabelPart[] {
  const fill = '\u00a0'.repeat(Math.max(0, width - columnsOf(parts.join(''))));
  const [before, answer, behind] = parts;
  if (!runsRightToLeft(answer)) return parts.join('') + fill;
  return [before, answer, behind + fill].filter((part) => part !== '').map((part) => new InlayHintLabelPart(part));
}

function toggle(): Promise<void> {
  return changeSetting<boolean>(INLINE, window.activeTextEditor?.document.uri, (isOn = true) => !isOn);
}
