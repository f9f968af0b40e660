import { expect, it, vi } from 'vitest';
import { sayHowRunsGo } from '../../../client/src/runs/run-messages.ts';
import type { RunListener, RunQueue, WindowRun } from '../../../client/src/runs/run-queue.ts';
import { english } from './texts.ts';

const { shown } = vi.hoisted(() => ({ shown: [] as string[] }));
vi.mock('vscode', () => {
  const show =
    (severity: string) =>
    async (text: string, ...actions: string[]) => {
      shown.push([`${severity}: ${text}`, ...actions].join(' | '));
    };
  return {
    commands: {},
    Uri: { file: (fsPath: string) => ({ fsPath }) },
    window: {
      showInformationMessage: show('information'),
      showWarningMessage: show('warning'),
      showErrorMessage: show('error'),
    },
  };
});

it('what a run does otherwise than asked is said once, and how it has ended, with what is to be done next', () => {
  let tell: RunListener = () => undefined;
  const listen = (listener: RunListener) => {
    tell = listener;
    return { dispose() {} };
  };
  sayHowRunsGo({ listen } as unknown as RunQueue, english);
  const run: WindowRun = {
    id: 1,
    request: { file: '/w/news.ptask.json', tasknames: [], resume: false, device: 'auto' },
    phase: 'training',
    dir: '/w/.ptask/runs/1',
    device: 'cpu',
    progress: undefined,
    end: undefined,
  };
  const nothing = { steps: [], epochs: [], notices: [] };
  tell(run, { ...nothing, notices: ['memory ran out with 8 rows at once'] });
  tell(run, nothing);
  const end = { outcome: 'cancelled', run: '/w/.ptask/runs/1', step: 3, promptTable: '', tasks: [] } as const;
  tell({ ...run, phase: 'ended', end }, nothing);
  expect(shown).toEqual([
    'warning: news: memory ran out with 8 rows at once',
    'information: news was cancelled before the first epoch had ended: no prompt was kept. | Show Chart',
  ]);
});
