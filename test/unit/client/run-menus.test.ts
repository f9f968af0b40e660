import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { chartCommands } from '../../../client/src/chart/chart-commands.ts';
import { registerRunCommands } from '../../../client/src/runs/run-commands.ts';
import { RunQueue } from '../../../client/src/runs/run-queue.ts';
import { windowRunContext } from '../../../client/src/runs/run-text.ts';
import type { RunEntry } from '../../../client/src/runs/runs-view.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => ({
  commands: { registerCommand: vi.fn() },
  l10n: { t: (text: string) => text },
  window: {
    showErrorMessage: vi.fn(),
    showInformationMessage: vi.fn(),
    showQuickPick: vi.fn(),
    showWarningMessage: vi.fn(),
  },
  workspace: {
    isTrusted: true,
    getConfiguration: () => ({ get: (_: string, otherwise: string) => otherwise }),
    fs: { delete: vi.fn(async () => undefined) },
  },
  Uri: { file: (fsPath: string) => fsPath },
}));
vi.mock('vscode', () => vscode);
beforeEach(() => {
  vi.clearAllMocks();
  vscode.workspace.isTrusted = true;
});

/** A command that was registered, by its name. */
function registered(name: string): (...of: unknown[]) => Promise<void> {
  return vscode.commands.registerCommand.mock.calls.find(([registered]) => registered === name)![1];
}

interface MenuItem {
  readonly command: string;
  readonly when: string;
}

const { contributes } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../package.json'), 'utf8'));

/** What the Runs view's menu offers for an entry. */
function offered(context: string): string[] {
  const items = contributes.menus['view/item/context'] as MenuItem[];
  const isShown = ({ when }: MenuItem) => {
    const [, operator, wanted] = /^viewItem (==|=~) (\S+)$/.exec(when)!;
    return operator === '==' ? wanted === context : new RegExp(wanted!.slice(1, -1)).test(context);
  };
  return [...new Set(items.filter(isShown).map(({ command }) => command.replace('ptask.', '')))];
}

describe('the menu of a run', () => {
  it('has no chart and no folder before the run has one', () => {
    expect(windowRunContext({ phase: 'waiting', dir: undefined })).toBe('run.waiting');
    expect(offered('run.waiting')).toEqual(['cancelRun', 'openLog']);
    expect(windowRunContext({ phase: 'starting', dir: undefined })).toBe('run.starting');
    expect(offered('run.starting')).toEqual(['pauseRun', 'cancelRun', 'openLog']);
  });
  it('has them when it goes on, and when it has ended', () => {
    expect(windowRunContext({ phase: 'training', dir: '/w/.ptask/runs/1' })).toBe('run.training');
    expect(offered('run.training')).toEqual(['pauseRun', 'cancelRun', 'showChart', 'revealRun', 'openLog']);
    expect(offered('run.stopped')).toEqual(['resumeRun', 'showChart', 'revealRun', 'openLog', 'deleteRun']);
    for (const state of ['cancelled', 'done', 'failed']) {
      expect(offered(`run.${state}`)).toEqual(['showChart', 'revealRun', 'openLog', 'deleteRun']);
    }
    expect(offered('run.running')).toEqual(['showChart', 'revealRun', 'openLog']);
  });
});

describe('Show Chart', () => {
  /** @param dirs of the runs that are kept, the newest first */
  function command(...dirs: string[]) {
    const show = vi.fn();
    chartCommands({ show } as never, { list: async () => dirs.map((dir) => ({ dir })) } as never, english);
    return { show, run: registered('ptask.showChart') };
  }

  it('is of the newest run where none is named', async () => {
    const { show, run } = command('new', 'old');
    await run();
    expect(show).toHaveBeenCalledWith(['new']);
  });
  it('of a run that is starting does not show another one', async () => {
    const { show, run } = command('new', 'old');
    await run({ kind: 'window', run: { dir: undefined } } as RunEntry);
    expect(show).not.toHaveBeenCalled();
    expect(vscode.window.showInformationMessage).toHaveBeenCalledWith('This run has not taken a step yet.');
  });
  it.each(['showChart', 'compareRuns'])(
    'in a workspace that is not trusted says why there are no runs, as %s',
    async (name) => {
      vscode.workspace.isTrusted = false;
      command();
      await registered(`ptask.${name}`)();
      expect(vscode.window.showWarningMessage).toHaveBeenCalledOnce();
      expect(vscode.window.showInformationMessage).not.toHaveBeenCalled();
    },
  );
  it('says so where there is no run', async () => {
    const { show, run } = command();
    await run();
    expect(show).not.toHaveBeenCalled();
    expect(vscode.window.showInformationMessage).toHaveBeenCalledWith('No task has been trained here yet.');
  });
});

describe('the commands of runs', () => {
  const stored = { list: vi.fn(async (): Promise<object[]> => []), refresh: vi.fn() };
  let queue: RunQueue;
  beforeEach(() => {
    queue = new RunQueue(() => ({ result: new Promise(() => undefined), stop() {}, kill() {} }));
    registerRunCommands(queue, stored as never, {} as never, english);
  });
  const kept = (dir: string, state: string) =>
    ({
      kind: 'stored',
      run: { dir, state, taskFile: '/w/a.ptask.json', tasknames: ['a'], created: '2026-11-24T07:00:00Z' },
    }) as unknown as RunEntry;

  it.each(['pauseRun', 'cancelRun', 'resumeRun'])('say that there is nothing to be done, as %s', async (name) => {
    await registered(`ptask.${name}`)();
    expect(vscode.window.showInformationMessage).toHaveBeenCalledOnce();
  });

  it('resume the run of the menu and no other one, once', async () => {
    await registered('ptask.resumeRun')(kept('1', 'stopped'));
    await registered('ptask.resumeRun')(kept('1', 'stopped'));
    expect(queue.open).toMatchObject([{ request: { file: '/w/a.ptask.json', resume: true, run: '1' } }]);
    expect(vscode.window.showInformationMessage).toHaveBeenCalledOnce();
  });

  it('resume the newest run that is paused where none is named', async () => {
    const listed = [kept('3', 'done'), kept('2', 'stopped'), kept('1', 'stopped')];
    stored.list.mockResolvedValueOnce(listed.map((entry) => (entry as { run: object }).run));
    await registered('ptask.resumeRun')();
    expect(queue.open.map(({ request }) => request.run)).toEqual(['2']);
  });

  it('say why the runs cannot be read', async () => {
    stored.list.mockRejectedValueOnce(new Error('no engine'));
    await registered('ptask.resumeRun')();
    expect(vscode.window.showErrorMessage).toHaveBeenCalledWith('The runs cannot be read: no engine');
  });

  it('pause, cancel and resume all runs that are selected', async () => {
    const waiting = ['a', 'b', 'c', 'd'].map((file) =>
      queue.add({ file, tasknames: [], resume: false, device: 'auto' }),
    );
    const [a, b, , d] = waiting.map((run) => ({ kind: 'window', run }) as RunEntry);
    await registered('ptask.cancelRun')(b, [d, a, b]);
    expect(queue.open.map(({ request, phase }) => [request.file, phase])).toEqual([
      ['a', 'cancelling'],
      ['c', 'waiting'],
    ]);
    await registered('ptask.resumeRun')(kept('1', 'stopped'), [
      kept('1', 'stopped'),
      kept('2', 'done'),
      kept('3', 'stopped'),
    ]);
    expect(queue.open.slice(2).map(({ request }) => request.run)).toEqual(['1', '3']);
  });

  it('delete all runs that are selected, but for those that go on', async () => {
    vscode.window.showWarningMessage.mockResolvedValue('Delete');
    const selected = [kept('1', 'done'), kept('2', 'running'), kept('3', 'failed')];
    await registered('ptask.deleteRun')(selected[0], selected);
    expect(vscode.window.showWarningMessage.mock.lastCall![0]).toBe('Delete these 2 runs?');
    expect((vscode.workspace.fs.delete.mock.calls as unknown[][]).map(([uri]) => uri)).toEqual(['1', '3']);
  });

  it('delete none that was resumed while the user was asked', async () => {
    vscode.window.showWarningMessage.mockImplementationOnce(async () => {
      await registered('ptask.resumeRun')(kept('1', 'stopped'));
      stored.list.mockResolvedValueOnce([{ dir: '2', state: 'running' }]);
      return 'Delete';
    });
    const selected = ['1', '2', '3'].map((dir) => kept(dir, 'stopped'));
    await registered('ptask.deleteRun')(selected[0], selected);
    expect((vscode.workspace.fs.delete.mock.calls as unknown[][]).map(([uri]) => uri)).toEqual(['3']);
  });

  it('delete the one of the menu where no other is selected, and none that is not meant', async () => {
    vscode.window.showWarningMessage.mockResolvedValueOnce('Delete').mockResolvedValueOnce(undefined);
    await registered('ptask.deleteRun')(kept('1', 'done'), [kept('1', 'done')]);
    await registered('ptask.deleteRun')(kept('2', 'done'));
    expect((vscode.workspace.fs.delete.mock.calls as unknown[][]).map(([uri]) => uri)).toEqual(['1']);
  });
});
