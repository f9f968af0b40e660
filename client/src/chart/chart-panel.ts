import { randomBytes } from 'node:crypto';
import {
  type Disposable,
  type Uri,
  Uri as Uris,
  ViewColumn,
  type Webview,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { RunQueue } from '../runs/run-queue.ts';
import type { Texts } from '../texts.ts';
import type { ChartRun, ChartState, ChartWords, FromChart, ToChart } from './chart-messages.ts';
import { chartRun, epochPoint, stepPoint } from './chart-run.ts';

const VIEW_TYPE = 'ptask.chart';
/** More steps than a screen has pixels are not drawn. */
const MOST_POINTS = 2000;

/** The charts of runs, one tab for each choice of runs. */
export class Charts implements Disposable {
  readonly #extension: Uri;
  readonly #engine: PredictionEngine;
  readonly #queue: RunQueue;
  readonly #texts: Texts;
  readonly #panels = new Map<string, WebviewPanel>();
  readonly #serializer: Disposable;

  /** @param extension the extension's own folder */
  constructor(extension: Uri, engine: PredictionEngine, queue: RunQueue, texts: Texts) {
    this.#extension = extension;
    this.#engine = engine;
    this.#queue = queue;
    this.#texts = texts;
    this.#serializer = window.registerWebviewPanelSerializer(VIEW_TYPE, {
      // Another version may have kept something else.
      deserializeWebviewPanel: async (panel: WebviewPanel, state: Partial<ChartState> | undefined) => {
        if (Array.isArray(state?.dirs)) this.#fill(panel, state.dirs);
        else panel.dispose();
      },
    });
  }

  /** @param dirs folders of runs, to be drawn over each other */
  show(dirs: readonly string[]): void {
    const present = this.#panels.get(keyOf(dirs));
    if (present) {
      present.reveal();
      return;
    }
    const panel = window.createWebviewPanel(VIEW_TYPE, this.#texts.t('Training'), ViewColumn.Active, {});
    this.#fill(panel, dirs);
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }

  #fill(panel: WebviewPanel, dirs: readonly string[]): void {
    this.#panels.set(keyOf(dirs), panel);
    const media = Uris.joinPath(this.#extension, 'dist');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    panel.webview.html = pageOf(panel.webview, media, this.#texts, { dirs });
    const post = (message: ToChart) => void panel.webview.postMessage(message);
    // What happens while the runs are read from disk, and may not be there yet.
    let missed: ToChart[] | undefined;
    let isClosed = false;
    const show = async () => {
      // Reading them starts the engine.
      if (!workspace.isTrusted) return;
      const own: ToChart[] = [];
      missed = own;
      const runs = await this.#runsOf(dirs);
      // Reading them takes a while where the engine has to be started first.
      if (isClosed) return;
      if (runs.length > 0) panel.title = this.#texts.t('Training {0}', runs.map(({ name }) => name).join(', '));
      post({ type: 'show', runs, words: wordsOf(runs, this.#texts), locale: this.#texts.locale });
      if (missed !== own) return;
      for (const message of own) post(message);
      missed = undefined;
    };
    const listeners = [
      workspace.onDidGrantWorkspaceTrust(show),
      panel.webview.onDidReceiveMessage(async ({ type }: FromChart) => {
        if (type === 'ready') await show();
      }),
      this.#queue.listen(({ dir, progress }, { steps, epochs }) => {
        if (dir === undefined || !dirs.includes(dir) || steps.length + epochs.length === 0) return;
        // The end of an epoch is told without the steps before it.
        const at = progress?.step ?? 0;
        const message: ToChart = {
          type: 'append',
          dir,
          steps: steps.map(stepPoint),
          epochs: epochs.map((epoch) => epochPoint(epoch, at)),
        };
        if (missed) missed.push(message);
        else post(message);
      }),
    ];
    panel.onDidDispose(() => {
      isClosed = true;
      // One that came back later has its place.
      if (this.#panels.get(keyOf(dirs)) === panel) this.#panels.delete(keyOf(dirs));
      for (const listener of listeners) listener.dispose();
    });
  }

  async #runsOf(dirs: readonly string[]): Promise<ChartRun[]> {
    // A run may have been deleted since the chart was open last.
    const results = await Promise.allSettled(
      dirs.map((dir) => this.#engine.request('runMetrics', { dir, points: MOST_POINTS })),
    );
    return results.flatMap((result) => (result.status === 'fulfilled' ? [chartRun(result.value)] : []));
  }
}

const keyOf = (dirs: readonly string[]) => dirs.join('\0');

function wordsOf(runs: readonly ChartRun[], { t }: Texts): ChartWords {
  return {
    title: t('Training'),
    loss: t('Loss'),
    trainingLoss: t('training loss'),
    validationLoss: t('validation loss'),
    accuracy: t('Accuracy on validation rows'),
    macroF1: t('Macro-F1 on validation rows'),
    slotF1: t('Slot F1 on validation rows'),
    wordF1: t('Word F1 on validation rows'),
    shortMacroF1: 'macro-F1',
    shortSlotF1: t('slot F1'),
    shortWordF1: t('word F1'),
    learningRate: t('Learning rate'),
    logarithmic: t('Logarithmic scale'),
    step: t('step'),
    epoch: t('epoch'),
    best: t('best'),
    numbers: t('The same in numbers'),
    empty:
      runs.length > 0 ? t('This run has not taken a step yet.') : t('This run is no longer there, or cannot be read.'),
  };
}

function pageOf(webview: Webview, media: Uri, { locale }: Texts, state: ChartState): string {
  const nonce = randomBytes(16).toString('base64');
  const address = (name: string) => webview.asWebviewUri(Uris.joinPath(media, name));
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  const encoded = JSON.stringify(state).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!DOCTYPE html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="${address('chart.css')}">
</head>
<body data-chart="${encoded}">
<main id="chart"></main>
<script nonce="${nonce}" src="${address('chart.js')}"></script>
</body>
</html>`;
}
