import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../client/src/engine/engine-error.ts';
import { type TrainServices, trainTask } from '../../../client/src/runs/train-command.ts';
import type { PlanResult } from '../../../protocol/src/planning.ts';
import { english } from './texts.ts';

/** What the user is asked, and answers. */
const asked = vi.hoisted(() => vi.fn<(...asked: unknown[]) => Promise<unknown>>());
const executeCommand = vi.hoisted(() => vi.fn());
vi.mock('vscode', async () => {
  const { Uri } = await import('./file-uri.ts');
  return {
    l10n: { t: (text: string, ...values: string[]) => text.replace(/\{(\d)\}/g, (_, n) => values[Number(n)]!) },
    ProgressLocation: {},
    Uri,
    window: {
      activeTextEditor: undefined,
      withProgress: (_: object, work: () => unknown) => work(),
      showErrorMessage: asked,
      showInformationMessage: asked,
      showQuickPick: asked,
    },
    commands: { executeCommand },
    workspace: {
      isTrusted: true,
      textDocuments: [],
      findFiles: async () => [],
      asRelativePath: ({ fsPath }: { fsPath: string }) => fsPath,
      getConfiguration: () => ({ get: (_: string, otherwise: string) => otherwise }),
    },
  };
});

it('Train that is clicked again while the task is checked trains it once', async () => {
  const plan = { tasks: [{ taskname: 'tone' }], estimate: { seconds: 1, memoryBytes: 1 } } as unknown as PlanResult;
  const add = vi.fn();
  const services = { queue: { add }, engine: { request: async () => plan }, texts: english };
  const click = (taskname: string) =>
    trainTask(services as unknown as TrainServices, { uri: 'file:///w/news.ptask.json', taskname });
  await Promise.all(['tone', 'tone', 'topic'].map(click));
  expect(add).toHaveBeenCalledTimes(2);
  await click('tone');
  expect(add).toHaveBeenCalledTimes(3);
});

describe('Train', () => {
  const estimate = { seconds: 1, memoryBytes: 1 };
  const task = (taskname: string, replaces: boolean) => ({
    taskname,
    replaces,
    rows: { train: 8, validation: 0, test: 0 },
    virtualTokens: 10,
  });
  beforeEach(() => asked.mockReset());

  /** What is put into the queue for these tasks of a file, the questions being answered in turn. */
  async function trained(tasks: ReturnType<typeof task>[], plan: object, ...answers: ((items: object[]) => unknown)[]) {
    for (const answer of answers) asked.mockImplementationOnce(async (items) => answer(items as object[]));
    const add = vi.fn();
    const request = vi.fn(async (_: string, { tasknames }: { tasknames: readonly string[] }) => ({
      tasks: tasks.filter(({ taskname }) => tasknames.length === 0 || tasknames.includes(taskname)),
      estimate,
      ...plan,
    }));
    const services = { queue: { add }, engine: { request }, texts: english };
    await trainTask(services as unknown as TrainServices, { uri: 'file:///w/a.ptask.json' } as never);
    return add.mock.calls.map(([request]) => request);
  }

  it('proposes the tasks that have no prompt yet, or all where each has one', async () => {
    const isPicked = (items: object[]) => items.map((item) => (item as { picked: boolean }).picked);
    const picks: boolean[][] = [];
    const give = (items: object[]) => void picks.push(isPicked(items));
    await trained([task('a', true), task('b', false)], {}, give);
    await trained([task('a', true), task('b', true)], {}, give);
    expect(picks).toEqual([
      [false, true],
      [true, true],
    ]);
  });

  it('trains the tasks that were chosen', async () => {
    const tasks = [task('a', false), task('b', false), task('c', false)];
    const [runs] = [await trained(tasks, {}, (items) => items.slice(1))];
    expect(runs).toMatchObject([{ file: '/w/a.ptask.json', tasknames: ['b', 'c'], resume: false }]);
    expect(await trained(tasks, {}, () => [])).toEqual([]);
    expect(await trained(tasks, {}, () => undefined)).toEqual([]);
  });

  it('goes on with a run that was stopped, or leaves it, as the user likes', async () => {
    const resumable = { resumable: { run: '/w/.ptask/runs/1', step: 3 } };
    const [yes, no] = [0, 1].map((place) => (items: object[]) => items[place]);
    expect(await trained([task('a', true)], resumable, yes!)).toMatchObject([
      { resume: true, run: '/w/.ptask/runs/1' },
    ]);
    const [anew] = await trained([task('a', true)], resumable, no!);
    expect(anew).toMatchObject({ resume: false });
    expect(anew).not.toHaveProperty('run');
    expect(await trained([task('a', true)], resumable, () => undefined)).toEqual([]);
  });

  it('says why nothing can be trained, and shows the problems of a file that has errors', async () => {
    const failing = async (error: Error) => {
      const services = { queue: { add: expect.unreachable }, engine: { request: () => Promise.reject(error) } };
      await trainTask({ ...services, texts: english } as never, { uri: 'file:///w/a.ptask.json' } as never);
      // What is said is not waited for.
      await new Promise((resolve) => setTimeout(resolve, 0));
      return asked.mock.lastCall;
    };
    asked.mockResolvedValueOnce('Show Problems');
    expect(await failing(new EngineError('3 problems', 'problems'))).toEqual([
      '/w/a.ptask.json has errors, and nothing can be trained before they are mended.',
      'Show Problems',
    ]);
    expect(executeCommand).toHaveBeenCalledExactlyOnceWith('workbench.actions.view.problems');
    expect(await failing(new EngineError('no such model', 'input'))).toEqual([
      '/w/a.ptask.json cannot be trained: no such model',
    ]);
    expect(executeCommand).toHaveBeenCalledOnce();
  });

  it('does nothing where there is no task file', async () => {
    const engine = { request: vi.fn() };
    await trainTask({ queue: {}, engine, texts: english } as never, undefined);
    expect(engine.request).not.toHaveBeenCalled();
  });
});
