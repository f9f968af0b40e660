import { expect, it } from 'vitest';
import { DataFiles } from '../../../server/src/service/data-files.ts';
import { OpenDocuments } from '../../../server/src/service/open-documents.ts';
import { TaskSession } from '../../../server/src/service/task-session.ts';
import { environment, TASK_PATH, taskFile } from '../task/harness.ts';

it('stays at work where a check that it has given up is let in afterwards', async () => {
  const letIn: (() => void)[] = [];
  const known = environment({});
  const session = new TaskSession(TASK_PATH, taskFile(), {
    // So that it is at work until the test is over.
    environment: { ...known, model: () => new Promise(() => undefined) },
    dataFiles: new DataFiles({ environment: known, documents: new OpenDocuments(), breathe: async () => undefined }),
    turn: (take) =>
      new Promise((resolve) => {
        letIn.push(() => {
          take();
          resolve();
        });
      }),
    breathe: async () => undefined,
    onError: (error) => expect.unreachable(String(error)),
    onProblems: () => undefined,
    onChecked: () => undefined,
  });
  session.recheck();
  session.recheck();
  const [givenUp, present] = letIn;
  present!();
  expect(session.isAtWork).toBe(true);
  givenUp!();
  await new Promise((resolve) => setImmediate(resolve));
  expect(session.isAtWork).toBe(true);
});
