import { expect, it, vi } from 'vitest';
import { EngineDied } from '../../../client/src/engine/engine-error.ts';
import { RunQueue } from '../../../client/src/runs/run-queue.ts';
import { RunsView } from '../../../client/src/runs/runs-view.ts';
import type { TrainingParams } from '../../../protocol/src/training.ts';
import { english } from './texts.ts';

vi.mock('vscode', () => ({
  EventEmitter: class {
    event = () => undefined;
    fire = () => undefined;
    dispose = () => undefined;
  },
  MarkdownString: class {
    readonly value: string;
    constructor(value: string) {
      this.value = value;
    }
  },
  ThemeColor: class {},
  ThemeIcon: class {
    readonly id: string;
    constructor(id: string) {
      this.id = id;
    }
  },
  TreeItem: class {
    readonly label: string;
    constructor(label: string) {
      this.label = label;
    }
  },
  TreeItemCollapsibleState: {},
  Uri: { file: (fsPath: string) => ({ fsPath }) },
  window: { createTreeView: () => ({ dispose: () => undefined }) },
}));

const request = { file: '/w/a.ptask.json', tasknames: ['a'], resume: false, device: 'auto' } as const;

/** The view of a window with one run, which tells what it is told to, and of these runs on disk. */
function start(...kept: string[]) {
  let tell!: (training: TrainingParams) => void;
  const queue = new RunQueue((_, listener) => {
    tell = listener;
    return { result: new Promise(() => undefined), stop() {}, kill() {} };
  });
  const asked = vi.fn(async () => ({ epochs: [{ epoch: 1 }] }));
  const stored = { onDidChange: () => ({ dispose() {} }), list: async () => kept.map((dir) => ({ dir })) };
  const view = new RunsView(queue, stored as never, { request: asked, onAskAnew: () => undefined } as never, english);
  const news = (...events: object[]) => tell({ token: '', progress: { step: 0 }, events } as unknown as TrainingParams);
  return { queue, view, stored, asked, news };
}

it('the epochs of a run that goes on are read when there is another one, not with each step', async () => {
  const { queue, view, asked, news } = start();
  queue.add(request);
  news({ event: 'start', run: '/w/.ptask/runs/1' });
  const [entry] = await view.getChildren();
  for (let step = 1; step <= 5; step++) {
    news({ event: 'step', step });
    expect(await view.getChildren(entry)).toHaveLength(1);
  }
  expect(asked).toHaveBeenCalledOnce();
  news({ event: 'epoch', epoch: 2 });
  await view.getChildren(entry);
  expect(asked).toHaveBeenCalledTimes(2);
});

it('a run is shown with how far it is, or what came of it, and so are its epochs', async () => {
  const { queue, view, news } = start();
  queue.add(request);
  queue.add({ ...request, tasknames: [] });
  news({ event: 'start', run: '/w/.ptask/runs/1' });
  const items = async () => (await view.getChildren()).map((entry) => view.getTreeItem(entry));
  expect(await items()).toMatchObject([
    { label: 'a', description: 'training', contextValue: 'run.training', iconPath: { id: 'sync~spin' } },
    { label: 'a', description: 'waiting', contextValue: 'run.waiting', iconPath: { id: 'clock' } },
  ]);
  const measured = { accuracy: { a: 0.5 }, macroF1: {}, slotF1: {}, wordF1: {} };
  const run = {
    dir: '/w/.ptask/runs/0',
    tasknames: ['a', 'b'],
    state: 'failed',
    created: 0,
    model: 'demo',
    device: 'cpu',
  };
  expect(view.getTreeItem({ kind: 'stored', run: { ...run, step: 3, steps: 8, loss: 0.5 } as never })).toMatchObject({
    id: '/w/.ptask/runs/0',
    label: 'a, b',
    description: 'failed · step 3/8 · loss 0.500 · cpu',
    contextValue: 'run.failed',
    iconPath: { id: 'error' },
    command: { command: 'ptask.showChart' },
  });
  const epoch = { epoch: 2, step: 8, trainLoss: 0.5, validationLoss: 0.25, ...measured };
  const best = view.getTreeItem({ kind: 'epoch', epoch: { ...epoch, best: true } });
  expect(best).toMatchObject({
    label: 'epoch 2',
    description: 'training loss 0.500 · validation loss 0.250 · 50%',
    iconPath: { id: 'star-full' },
  });
  expect(view.getTreeItem({ kind: 'epoch', epoch: { ...epoch, best: false } })).toMatchObject({
    iconPath: { id: 'circle-small' },
  });
});

it('a run that waits to go on is not shown as paused as well', async () => {
  const { queue, view } = start('/w/.ptask/runs/1', '/w/.ptask/runs/2');
  queue.add({ ...request, tasknames: ['other'] });
  queue.add({ ...request, resume: true, run: '/w/.ptask/runs/1' });
  const shown = (await view.getChildren()).map((entry) => (entry.kind === 'stored' ? entry.run.dir : entry.kind));
  expect(shown).toEqual(['window', 'window', '/w/.ptask/runs/2']);
});

it('the run of a window is shown, and may be stopped, also where the engine that reads others has died', async () => {
  const { queue, view, stored, asked, news } = start();
  const death = new EngineDied('SIGKILL', []);
  stored.list = () => Promise.reject(death);
  asked.mockRejectedValue(death);
  queue.add(request);
  news({ event: 'start', run: '/w/.ptask/runs/1' });
  const [entry] = await view.getChildren();
  expect(entry).toMatchObject({ kind: 'window' });
  expect(await view.getChildren(entry)).toEqual([]);
});
