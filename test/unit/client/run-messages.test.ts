import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it, vi } from 'vitest';
import { EngineDied } from '../../../client/src/engine/engine-error.ts';
import { sayHowRunsGo } from '../../../client/src/runs/run-messages.ts';
import type { RunListener, RunQueue, WindowRun } from '../../../client/src/runs/run-queue.ts';
import type { TrainedTask } from '../../../protocol/src/training.ts';
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

beforeEach(() => void shown.splice(0));

const RUN: WindowRun = {
  id: 1,
  request: { file: '/w/news.ptask.json', tasknames: [], resume: false, device: 'auto' },
  phase: 'training',
  dir: '/w/.ptask/runs/1',
  progress: undefined,
  end: undefined,
};
const NOTHING = { steps: [], epochs: [], notices: [] };

/** Tells what a queue would. */
function listened(): RunListener {
  let tell: RunListener = () => undefined;
  const listen = (listener: RunListener) => {
    tell = listener;
    return { dispose() {} };
  };
  sayHowRunsGo({ listen } as unknown as RunQueue, english);
  return tell;
}

it('names are no links in what is said, as VS Code would run a command behind one at a click', () => {
  const tell = listened();
  const tasknames = ['[Details](command:workbench.action.quit)'];
  const run = { ...RUN, request: { ...RUN.request, tasknames } };
  tell(run, { ...NOTHING, notices: ['see [more](https://example.org)'] });
  expect(shown.splice(0)).toEqual([
    'warning: [Details] (command:workbench.action.quit): see [more] (https://example.org)',
  ]);
});

it('what a run does otherwise than asked is said once, and how it has ended, with what is to be done next', () => {
  const tell = listened();
  tell(RUN, { ...NOTHING, notices: ['memory ran out with 8 rows at once'] });
  tell(RUN, NOTHING);
  const end = { outcome: 'cancelled', run: '/w/.ptask/runs/1', step: 3, promptTable: '', tasks: [] } as const;
  tell({ ...RUN, phase: 'ended', end }, NOTHING);
  expect(shown).toEqual([
    'warning: news: memory ran out with 8 rows at once',
    'information: news was cancelled before the first epoch had ended: no prompt was kept. | Show Chart',
  ]);
});

it('nothing is offered at the end that needs a task file which has gone, and where its prompt is is said', () => {
  const task: TrainedTask = {
    taskname: 'news',
    virtualTokens: 1,
    bestEpoch: 1,
    validation: undefined,
    learning: undefined,
  };
  const promptTable = '/w/news.prompts.safetensors';
  const done = { outcome: 'done', run: '', stoppedEarly: false, promptTable, tasks: [task] } as const;
  const died = { outcome: 'died', error: new EngineDied('SIGKILL', []) } as const;
  const said = (file: string) => {
    const request = { ...RUN.request, file };
    for (const end of [done, died]) listened()({ ...RUN, request, phase: 'ended', end }, NOTHING);
    return shown.splice(0);
  };
  // Any file that is there.
  expect(said(fileURLToPath(import.meta.url))).toEqual([
    expect.stringMatching(/measure it on\. \| Evaluate \| Show Chart$/),
    expect.stringMatching(/ \| Resume \| Open Log$/),
  ]);
  expect(said('/w/news.ptask.json')).toEqual([
    expect.stringMatching(/news\.ptask\.json is no longer there; the prompt is in news\.prompts\.\S+ \| Show Chart$/),
    expect.stringMatching(/resumed\. \| Open Log$/),
  ]);
});
