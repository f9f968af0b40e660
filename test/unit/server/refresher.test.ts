import { expect, it } from 'vitest';
import type { Connection } from 'vscode-languageserver/node';
import { clientSupport } from '../../../server/src/client-support.ts';
import { refresher } from '../../../server/src/refresher.ts';

/** A connection whose editor answers when it is told to. */
function slowEditor(capabilities = { workspace: { codeLens: { refreshSupport: true } } }) {
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const asked: string[] = [];
  const connection = {
    sendRequest: (method: string) => {
      asked.push(method);
      return new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
    },
  } as unknown as Connection;
  const later = () => new Promise((resolve) => setImmediate(resolve));
  const { refresh } = refresher(connection, clientSupport({ capabilities }), async () => {});
  return { refresh, asked, answers, later };
}

it('asks once more, and no oftener, for all that happens while the editor answers', async () => {
  const { refresh, asked, answers, later } = slowEditor();
  for (let n = 0; n < 5; n++) refresh('codeLens');
  await later();
  expect(asked).toEqual(['workspace/codeLens/refresh']);
  for (let n = 0; n < 5; n++) refresh('codeLens');
  answers[0]!.resolve();
  await later();
  expect(asked).toHaveLength(2);
  answers[1]!.resolve();
  await later();
  expect(asked).toHaveLength(2);
});

it('tells at once of diagnostics, and of what may be behind a little later', async () => {
  const asked: string[] = [];
  const ask = (what: string) => async () => void asked.push(what);
  const languages = { diagnostics: { refresh: ask('diagnostics') }, inlayHint: { refresh: ask('inlayHint') } };
  let isLater: () => void = () => undefined;
  const waited = new Promise<void>((resolve) => {
    isLater = resolve;
  });
  const refreshes = { diagnostics: true, codeLens: true, inlayHint: true };
  const { refresh } = refresher({ languages } as unknown as Connection, { refreshes }, () => waited);
  refresh('inlayHint');
  refresh('diagnostics');
  await new Promise(setImmediate);
  expect(asked).toEqual(['diagnostics']);
  isLater();
  await new Promise(setImmediate);
  expect(asked).toEqual(['diagnostics', 'inlayHint']);
});

it('goes on after an editor that fails', async () => {
  const { refresh, asked, answers, later } = slowEditor();
  refresh('codeLens');
  await later();
  answers[0]!.reject(new Error('not now'));
  await later();
  refresh('codeLens');
  await later();
  expect(asked).toHaveLength(2);
});

it('asks nothing of an editor that has not said that it can', async () => {
  const { refresh, asked, later } = slowEditor({ workspace: { codeLens: { refreshSupport: false } } });
  refresh('codeLens');
  refresh('inlayHint');
  refresh('diagnostics');
  await later();
  expect(asked).toEqual([]);
});
