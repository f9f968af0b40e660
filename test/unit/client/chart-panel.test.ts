import { beforeEach, expect, it, vi } from 'vitest';
import type { ToChart } from '../../../client/src/chart/chart-messages.ts';
import { Charts } from '../../../client/src/chart/chart-panel.ts';
import { RunQueue } from '../../../client/src/runs/run-queue.ts';
import type { TrainingParams } from '../../../protocol/src/training.ts';
import { eventually } from '../../eventually.ts';
import { english } from './texts.ts';

interface Panel {
  title: string;
  readonly posted: ToChart[];
  readonly reveal: () => void;
  readonly dispose: () => void;
  readonly onDidDispose: (listener: () => void) => void;
  readonly webview: object;
  /** The page says that it can take messages. */
  ready(): void;
}

const vscode = vi.hoisted(() => {
  const panel = (): Panel => {
    const posted: ToChart[] = [];
    let ready: (message: object) => void = () => undefined;
    const closed: (() => void)[] = [];
    return {
      title: 'Training',
      posted,
      reveal: vi.fn(),
      dispose: vi.fn(() => {
        for (const listener of closed) listener();
      }),
      onDidDispose: (listener) => void closed.push(listener),
      webview: {
        asWebviewUri: String,
        postMessage: (message: ToChart) => void posted.push(message),
        onDidReceiveMessage: (listener: typeof ready) => {
          ready = listener;
          return {
            dispose: () => {
              ready = () => undefined;
            },
          };
        },
      },
      ready: () => ready({ type: 'ready' }),
    };
  };
  return {
    panel,
    made: [] as Panel[],
    trusted: [] as (() => void)[],
    serializer: { async deserializeWebviewPanel(_panel: Panel, _state?: object): Promise<void> {} },
    Uri: { joinPath: (...parts: string[]) => parts.join('/') },
    ViewColumn: {},
    window: {
      createWebviewPanel: () => vscode.made[vscode.made.push(panel()) - 1],
      registerWebviewPanelSerializer: (_: string, serializer: typeof vscode.serializer) => {
        vscode.serializer = serializer;
        return { dispose: () => undefined };
      },
    },
    workspace: {
      isTrusted: true,
      onDidGrantWorkspaceTrust: (listener: () => void) => {
        vscode.trusted.push(listener);
        return { dispose: () => undefined };
      },
    },
  };
});
vi.mock('vscode', () => vscode);

const [A, B] = ['/w/.ptask/runs/a', '/w/.ptask/runs/b'] as const;
beforeEach(() => {
  vscode.made.length = 0;
  vscode.workspace.isTrusted = true;
});

/** Charts of a window with a run that goes on in folder A. */
function start() {
  let news: (training: TrainingParams) => void = () => undefined;
  const queue = new RunQueue((_, listener) => {
    news = listener;
    return { result: new Promise(() => undefined), stop() {}, kill() {} };
  });
  const request = vi.fn(async (_: string, { dir }: { dir: string }) => {
    if (dir === B) throw new Error('it was deleted');
    const run = { dir, tasknames: ['tone'], created: '2026-11-24T07:00:00Z' };
    return { run, steps: [{ step: 1, epoch: 1, loss: 1, lr: 0.1 }], epochs: [] };
  });
  const charts = new Charts('/extension' as never, { request } as never, queue, english);
  queue.add({ file: '/w/a.ptask.json', tasknames: ['tone'], resume: false, device: 'auto' });
  const tell = (...events: object[]) => news({ token: '', progress: { step: 2 }, events } as never);
  tell({ event: 'start', run: A, device: 'cpu' });
  return { charts, request, step: (step: number) => tell({ event: 'step', step, epoch: 1, loss: 0.5, lr: 0.1 }) };
}

/** Of a page's messages, what they are and the steps that they have. */
const told = ({ posted }: Panel) =>
  posted.map((message) => [
    message.type,
    message.type === 'append' ? message.steps.map(({ step }) => step) : message.runs.length,
  ]);

it('a choice of runs has one tab, for as long as that is open', () => {
  const { charts } = start();
  charts.show([A]);
  charts.show([A]);
  charts.show([A, B]);
  expect(vscode.made).toHaveLength(2);
  expect(vscode.made[0]!.reveal).toHaveBeenCalledOnce();
  vscode.made[0]!.dispose();
  charts.show([A]);
  expect(vscode.made).toHaveLength(3);
});

it('a page is told of its runs when it is ready, and of each step from then on', async () => {
  const { charts, step } = start();
  charts.show([A, B]);
  const [panel] = vscode.made as [Panel];
  panel.ready();
  // While the run is read from disk.
  step(2);
  await eventually(() =>
    expect(told(panel)).toEqual([
      ['show', 1],
      ['append', [2]],
    ]),
  );
  step(3);
  expect(told(panel).slice(2)).toEqual([['append', [3]]]);
  expect(panel.title).toMatch(/^Training tone 2026-11-24/);
});

it('a page is told nothing of other runs, and nothing once it is closed', async () => {
  const { charts, step } = start();
  charts.show([B]);
  charts.show([A]);
  const [other, panel] = vscode.made as [Panel, Panel];
  other.ready();
  panel.ready();
  panel.dispose();
  step(2);
  await eventually(() => expect(told(other)).toEqual([['show', 0]]));
  expect(other.title).toBe('Training');
  expect(told(panel)).toEqual([]);
});

it('a tab that comes back after a reload has its runs, and is closed where nobody knows which', async () => {
  const { charts } = start();
  const panel = vscode.panel();
  await vscode.serializer.deserializeWebviewPanel(panel, { dirs: [A] });
  panel.ready();
  await eventually(() => expect(told(panel)).toEqual([['show', 1]]));
  charts.show([A]);
  expect(panel.reveal).toHaveBeenCalledOnce();
  for (const state of [undefined, {}, { dirs: A }]) {
    const unknown = vscode.panel();
    await vscode.serializer.deserializeWebviewPanel(unknown, state);
    expect(unknown.dispose).toHaveBeenCalledOnce();
  }
});

it('no engine is started for a chart in a workspace that is not trusted, before it is', async () => {
  vscode.workspace.isTrusted = false;
  const { charts, request } = start();
  charts.show([A]);
  const [panel] = vscode.made as [Panel];
  panel.ready();
  expect(request).not.toHaveBeenCalled();
  vscode.workspace.isTrusted = true;
  vscode.trusted.at(-1)!();
  await eventually(() => expect(told(panel)).toEqual([['show', 1]]));
});
