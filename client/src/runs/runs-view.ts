import {
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
} from 'vscode';
import type { EpochPoint, RunState, RunSummary } from '../../../protocol/src/runs.ts';
import { EngineDied } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import type { Texts } from '../texts.ts';
import type { RunNews, RunQueue, WindowRun } from './run-queue.ts';
import { epochText, progressText, runMarkdown, runName, summaryText, windowRunContext } from './run-text.ts';
import type { StoredRuns } from './stored-runs.ts';

/** An entry of the Runs view, and the argument of the commands in its menu. */
export type RunEntry =
  | { readonly kind: 'window'; readonly run: WindowRun }
  | { readonly kind: 'stored'; readonly run: RunSummary }
  | { readonly kind: 'epoch'; readonly epoch: EpochPoint };

const ICONS: Readonly<Record<RunState, ThemeIcon>> = {
  running: new ThemeIcon('sync'),
  stopped: new ThemeIcon('debug-pause'),
  cancelled: new ThemeIcon('circle-slash'),
  done: new ThemeIcon('pass', new ThemeColor('testing.iconPassed')),
  failed: new ThemeIcon('error', new ThemeColor('testing.iconFailed')),
};

/** The Runs view: what goes on and waits in this window, then what is kept on disk; under each run its epochs. */
export class RunsView implements TreeDataProvider<RunEntry>, Disposable {
  readonly #queue: RunQueue;
  readonly #stored: StoredRuns;
  readonly #engine: PredictionEngine;
  readonly #texts: Texts;
  readonly #changed = new EventEmitter<RunEntry | undefined>();
  readonly #disposables: Disposable[];
  /** The entries of this window's runs, the same object each time, so that one can be drawn anew alone. */
  readonly #entries = new Map<number, RunEntry>();
  /** Their epochs, which VS Code asks for each time that an open entry is drawn anew, and which take a while to read. */
  readonly #epochs = new Map<number, Promise<RunEntry[]>>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(queue: RunQueue, stored: StoredRuns, engine: PredictionEngine, texts: Texts) {
    this.#queue = queue;
    this.#stored = stored;
    this.#engine = engine;
    this.#texts = texts;
    this.#disposables = [
      this.#changed,
      window.createTreeView('ptask.runs', { treeDataProvider: this, canSelectMany: true }),
      stored.onDidChange(() => this.#changed.fire(undefined)),
      engine.onAskAnew(() => this.#changed.fire(undefined)),
      queue.listen((run, news) => this.#take(run, news)),
    ];
  }

  async getChildren(entry?: RunEntry): Promise<RunEntry[]> {
    if (entry === undefined) {
      const open = this.#queue.open;
      const stored = await this.#stored.list().catch(noneWhereEngineDied);
      // A run of this window is shown with its progress, or as waiting to go on, not as what is on disk of it.
      const own = new Set(open.flatMap(({ dir, request }) => [dir, request.run]));
      return [
        ...open.map((run) => this.#entryOf(run)),
        ...stored.filter(({ dir }) => !own.has(dir)).map((run) => ({ kind: 'stored' as const, run })),
      ];
    }
    if (entry.kind === 'epoch' || entry.run.dir === undefined) return [];
    if (entry.kind === 'stored') return this.#readEpochs(entry.run.dir).catch(noneWhereEngineDied);
    const { id, dir } = entry.run;
    const known = this.#epochs.get(id) ?? this.#readEpochs(dir);
    this.#epochs.set(id, known);
    // What could not be read now may be another time.
    known.catch(() => this.#epochs.delete(id));
    return known.catch(noneWhereEngineDied);
  }

  getTreeItem(entry: RunEntry): TreeItem {
    switch (entry.kind) {
      case 'window':
        return this.#windowItem(entry.run);
      case 'stored':
        return this.#storedItem(entry.run);
      case 'epoch':
        return this.#epochItem(entry.epoch);
    }
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #readEpochs(dir: string): Promise<RunEntry[]> {
    const { epochs } = await this.#engine.request('runMetrics', { dir, points: 1 });
    return epochs.map((epoch) => ({ kind: 'epoch', epoch }));
  }

  #take(run: WindowRun, { epochs }: RunNews): void {
    const entry = this.#entries.get(run.id);
    if (epochs.length > 0 || run.phase === 'ended') this.#epochs.delete(run.id);
    if (run.phase === 'ended') {
      this.#entries.delete(run.id);
      this.#stored.refresh();
    }
    this.#changed.fire(run.phase === 'ended' ? undefined : entry);
  }

  #entryOf(run: WindowRun): RunEntry {
    const entry = this.#entries.get(run.id) ?? { kind: 'window', run };
    this.#entries.set(run.id, entry);
    return entry;
  }

  #windowItem(run: WindowRun): TreeItem {
    const item = new TreeItem(runName(run.request), TreeItemCollapsibleState.Collapsed);
    item.id = `window-${run.id}`;
    item.description = progressText(run, this.#texts);
    item.iconPath = new ThemeIcon(run.phase === 'waiting' ? 'clock' : 'sync~spin');
    item.contextValue = windowRunContext(run);
    item.resourceUri = Uri.file(run.request.file);
    item.tooltip = run.request.file;
    return item;
  }

  #storedItem(run: RunSummary): TreeItem {
    const { t } = this.#texts;
    const item = new TreeItem(run.tasknames.join(', '), TreeItemCollapsibleState.Collapsed);
    item.id = run.dir;
    item.description = summaryText(run, this.#texts);
    item.iconPath = ICONS[run.state];
    item.contextValue = `run.${run.state}`;
    item.command = { command: 'ptask.showChart', title: t('Show Chart'), arguments: [{ kind: 'stored', run }] };
    item.tooltip = new MarkdownString(runMarkdown(run, this.#texts));
    return item;
  }

  #epochItem(epoch: EpochPoint): TreeItem {
    const item = new TreeItem(this.#texts.t('epoch {0}', epoch.epoch));
    item.description = epochText(epoch, this.#texts);
    item.iconPath = new ThemeIcon(epoch.best ? 'star-full' : 'circle-small');
    return item;
  }
}

/** Its end is told elsewhere, and the runs of this window go on without it. */
function noneWhereEngineDied(error: unknown): never[] {
  if (error instanceof EngineDied) return [];
  throw error;
}
