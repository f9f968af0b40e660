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
  ThemeColor: class {},
  ThemeIcon: class {},
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
  const news = (...events: object[]) => tell({ token: '', progress: {}, events } as unknown as TrainingParams);
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
