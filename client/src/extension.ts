import { commands, type ExtensionContext, env, type LogOutputChannel, l10n, Uri, window, workspace } from 'vscode';
import { EVALUATE_TASK, FETCH_MODEL, PREDICT_TASK, SELECT_MODEL, TRAIN_TASK } from '../../protocol/src/commands.ts';
import { chartCommands } from './chart/chart-commands.ts';
import { Charts } from './chart/chart-panel.ts';
import { deviceCommands } from './devices/device-commands.ts';
import type { EngineDied } from './engine/engine-error.ts';
import { tellingLines } from './engine/last-lines.ts';
import { PredictionEngine } from './engine/prediction-engine.ts';
import { renewWithProxy } from './engine/proxy-changes.ts';
import { proxyEnvironment } from './engine/proxy-environment.ts';
import { TrainingProcesses } from './engine/training-processes.ts';
import { evaluateTask } from './evaluate/evaluate-command.ts';
import { EvaluationTests } from './evaluate/evaluation-tests.ts';
import { openExample } from './example.ts';
import { type LanguageServer, startLanguageServer } from './language-server.ts';
import { showError } from './messages.ts';
import { fetchModelCommand } from './models/fetch-model.ts';
import { selectModel } from './models/select-model.ts';
import { newTaskFile } from './new-task-file/new-task-file.ts';
import { askForPaths } from './outside-paths/ask-for-paths.ts';
import { Foresight } from './predictions/foresight.ts';
import { showInlinePredictions } from './predictions/inline-predictions.ts';
import { predictTask } from './predictions/predict-command.ts';
import { rowAnswers } from './predictions/row-answers.ts';
import { registerPredictionHovers } from './predictions/row-hover.ts';
import { ReportDocuments } from './report-documents.ts';
import { handOverRuns } from './runs/hand-over-runs.ts';
import { registerRunCommands } from './runs/run-commands.ts';
import { sayHowRunsGo } from './runs/run-messages.ts';
import { RunQueue } from './runs/run-queue.ts';
import { showRunStatus } from './runs/run-status.ts';
import { RunsView } from './runs/runs-view.ts';
import { StoredRuns } from './runs/stored-runs.ts';
import { registerTaskProvider } from './runs/task-provider.ts';
import { deviceOf, trainTask } from './runs/train-command.ts';
import { registerShowRule } from './show-rule.ts';
import { showFileStatus } from './status-item.ts';
import { type Texts, textsFor } from './texts.ts';
import { requireTrust } from './trust.ts';

/** What the extension gives to its tests. */
export interface Extension {
  /** Resolves when the language server answers; rejects when it could not be started. */
  readonly languageServerReady: Promise<void>;
  readonly queue: RunQueue;
  readonly stored: StoredRuns;
  readonly engine: PredictionEngine;
  readonly trainings: TrainingProcesses;
  readonly tests: EvaluationTests;
}

/** A window that closes waits about so long for its extensions. */
const END_LIMIT_MS = 3000;

let endProcesses: (() => Promise<unknown>) | undefined;

export function activate(context: ExtensionContext): Extension {
  const log = window.createOutputChannel('ptask', { log: true });
  const texts = textsFor(l10n.t, env.language);
  const program = context.asAbsolutePath('dist/engine.js');
  const server = startLanguageServer(context.asAbsolutePath('dist/server.js'), log);
  const permit = askForPaths(server, context.workspaceState, texts, () => engine.askAnew());
  const engine = new PredictionEngine({
    program,
    log,
    permit,
    deviceOf: (file) => deviceOf(Uri.file(file)),
    env: engineEnvironment,
    onDeath: (death) => void sayThatEngineDied(death, engine, texts),
  });
  const trainings = new TrainingProcesses({ program, log, permit, env: engineEnvironment });
  const queue = new RunQueue(trainings.start, trainings.keepBest);
  const stored = new StoredRuns(engine);
  const charts = new Charts(context.extensionUri, engine, queue, texts);
  const answers = rowAnswers(engine, queue);
  const foresight = new Foresight(server, answers, () => queue.open.length > 0);
  const storage = context.storageUri ?? context.globalStorageUri;
  const reports = new ReportDocuments(storage);
  const tests = new EvaluationTests(server, engine, queue, texts);
  const handOver = handOverRuns(queue, context, texts);
  endProcesses = () => {
    handOver.close();
    queue.close();
    return Promise.all([server.stop(), trainings.endAll(END_LIMIT_MS), engine.end(END_LIMIT_MS)]);
  };

  context.subscriptions.push(
    log,
    renewWithProxy(engine),
    stored,
    handOver,
    new RunsView(queue, stored, engine, texts),
    sayHowRunsGo(queue, texts),
    ...showRunStatus(queue, texts),
    ...registerRunCommands(queue, stored, log, texts),
    charts,
    ...chartCommands(charts, stored, texts),
    registerTaskProvider(queue, texts),
    ...deviceCommands(engine, reports, texts),
    ...showFileStatus(server, engine, queue, texts),
    commands.registerCommand('ptask.restartEngine', async () => {
      if (await requireTrust()) engine.replace();
    }),
    commands.registerCommand('ptask.newTaskFile', () => newTaskFile({ server, texts })),
    commands.registerCommand('ptask.openExample', () => openExample(context)),
    answers,
    foresight,
    ...showInlinePredictions(server, engine, answers, foresight, texts),
    ...registerPredictionHovers(server, engine, answers, texts),
    tests,
    registerShowRule(context.extensionUri),
    commands.registerCommand(EVALUATE_TASK, (argument) => evaluateTask({ tests, reports, texts }, argument)),
    commands.registerCommand(PREDICT_TASK, (argument) => predictTask({ server, engine, reports, texts }, argument)),
    commands.registerCommand(SELECT_MODEL, (argument) => selectModel({ engine, server, texts }, argument)),
    commands.registerCommand(FETCH_MODEL, (argument) => fetchModelCommand({ engine, server, texts }, argument)),
    commands.registerCommand(TRAIN_TASK, (argument) => trainTask({ queue, engine, texts }, argument)),
  );
  reportFailure(server, log);
  return { languageServerReady: server.ready, queue, stored, engine, trainings, tests };
}

export async function deactivate(): Promise<void> {
  await endProcesses?.();
}

/** What an engine speaks, and its way to the network. */
function engineEnvironment(): Record<string, string> {
  const http = workspace.getConfiguration('http');
  const proxy = proxyEnvironment({ proxy: http.get('proxy'), noProxy: http.get('noProxy') }, process.env);
  return { ...proxy, PTASK_LOCALE: env.language };
}

async function sayThatEngineDied(death: EngineDied, engine: PredictionEngine, { t }: Texts): Promise<void> {
  const [restart, log] = [t('Restart'), t('Open Log')];
  const lines = tellingLines(death.lines);
  const choice = await showError(
    t('The process that predicts ended: {0}. {1}', death.ending(t), lines).trim(),
    restart,
    log,
  );
  if (choice === restart) engine.restart();
  if (choice === log) await commands.executeCommand('ptask.openLog');
}

function reportFailure(server: LanguageServer, log: LogOutputChannel): void {
  server.ready.catch((error: unknown) => {
    log.error(error instanceof Error ? error : String(error));
    showError(l10n.t('ptask cannot check task files: its language server did not start.'));
  });
}
