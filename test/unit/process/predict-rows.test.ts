import { describe, expect, it, vi } from 'vitest';
import { predictRows } from '../../../engine/src/process/predict-rows.ts';
import { Turns } from '../../../engine/src/process/turns.ts';
import type { PredictedRow, PredictParams, PromptState } from '../../../protocol/src/predicting.ts';
import { eventually } from '../../eventually.ts';

const PROMPT: PromptState = { state: 'current', key: 'p', trained: undefined };
const ROWS = [{ sentence: 'Vinsten steg.' }, { sentence: 'Vinsten sjönk.' }];

/** A task that answers each batch after some milliseconds. */
function task(milliseconds = 0) {
  const prepareUntrained = vi.fn(async () => undefined);
  const notify = vi.fn();
  const answer = async (rows: readonly unknown[]) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return rows.map(
      (): PredictedRow => ({
        text: '',
        expected: undefined,
        trained: undefined,
        stale: undefined,
        untrained: undefined,
        problem: undefined,
      }),
    );
  };
  const releaseWhenDone = async () => undefined;
  const answers = { prompt: { state: PROMPT, usable: undefined }, answer, prepareUntrained };
  const files = {
    open: async () => ({ answers: () => answers, predictor: { releaseWhenDone } }),
    leave: async () => undefined,
  };
  const ask = (params: Partial<PredictParams>) =>
    predictRows(
      {
        token: '1',
        file: '/t.ptask.json',
        taskname: 't',
        rows: ROWS,
        withUntrained: false,
        urgency: 'visible',
        ...params,
      },
      new AbortController().signal,
      { files, turns: new Turns(), notify },
    );
  return { ask, prepareUntrained, notify };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('what is shown over a row', () => {
  it('is made ready when the rows in view have been answered', async () => {
    const { ask, prepareUntrained, notify } = task();
    prepareUntrained.mockImplementation(async () => {
      expect(notify).toHaveBeenCalled();
    });
    await ask({});
    await eventually(() => expect(prepareUntrained).toHaveBeenCalledExactlyOnceWith(ROWS[0]));
  });

  it('waits until somebody looks, where a row takes long', async () => {
    const { ask, prepareUntrained } = task(150);
    await ask({});
    await settled();
    expect(prepareUntrained).not.toHaveBeenCalled();
  });

  it('is not made ready by a hover, which asks for it itself, nor by the question which prompt there is', async () => {
    const { ask, prepareUntrained } = task();
    await ask({ urgency: 'hover', withUntrained: true });
    await ask({ rows: [] });
    await settled();
    expect(prepareUntrained).not.toHaveBeenCalled();
  });

  it('may fail, and what was asked is answered all the same', async () => {
    const { ask, prepareUntrained } = task();
    prepareUntrained.mockRejectedValue(new Error('no memory'));
    const { rows } = await ask({});
    await settled();
    expect(rows).toHaveLength(2);
  });
});
