import { expect, it, vi } from 'vitest';
import { type TrainServices, trainTask } from '../../../client/src/runs/train-command.ts';
import type { PlanResult } from '../../../protocol/src/planning.ts';
import { english } from './texts.ts';

vi.mock('vscode', () => {
  class Uri {
    readonly scheme = 'file';
    readonly fsPath: string;
    constructor(fsPath: string) {
      this.fsPath = fsPath;
    }
    toString() {
      return `file://${this.fsPath}`;
    }
    static parse = (uri: string) => new Uri(uri.replace('file://', ''));
  }
  return {
    l10n: { t: (text: string) => text },
    ProgressLocation: {},
    Uri,
    window: { withProgress: (_: object, work: () => unknown) => work() },
    workspace: {
      isTrusted: true,
      textDocuments: [],
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
