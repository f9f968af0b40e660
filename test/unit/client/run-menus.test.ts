import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { chartCommands } from '../../../client/src/chart/chart-commands.ts';
import { windowRunContext } from '../../../client/src/runs/run-text.ts';
import type { RunEntry } from '../../../client/src/runs/runs-view.ts';
import { english } from './texts.ts';

const vscode = vi.hoisted(() => ({
  commands: { registerCommand: vi.fn() },
  window: { showInformationMessage: vi.fn(), showQuickPick: vi.fn() },
}));
vi.mock('vscode', () => vscode);
beforeEach(() => void vi.clearAllMocks());

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
    const [, run] = vscode.commands.registerCommand.mock.calls.find(([name]) => name === 'ptask.showChart')!;
    return { show, run: run as (of?: RunEntry | string) => Promise<void> };
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
  it('says so where there is no run', async () => {
    const { show, run } = command();
    await run();
    expect(show).not.toHaveBeenCalled();
    expect(vscode.window.showInformationMessage).toHaveBeenCalledWith('No task has been trained here yet.');
  });
});
