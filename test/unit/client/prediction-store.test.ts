import { describe, expect, it } from 'vitest';
import { PredictionStore, type RowQuestion } from '../../../client/src/predictions/prediction-store.ts';
import type { PredictedRow, PredictParams, PromptState } from '../../../protocol/src/engine.ts';

const question = (sentence: string, file = '/w/a.ptask.json'): RowQuestion => ({
  file,
  taskname: 'sentiment',
  row: { taskname: 'sentiment', sentence },
});

const current = (key: string): PromptState => ({ state: 'current', key, trained: undefined });

/** An engine whose answer to a row is the prompt's key and the row's sentence. */
function start() {
  const engine = {
    prompt: current('first') as PromptState,
    asked: [] as PredictParams[],
    unsaved: undefined as string | undefined,
  };
  let changes = 0;
  const answer = (row: Readonly<Record<string, unknown>>): PredictedRow => ({
    text: `${row.sentence}`,
    expected: undefined,
    trained: { text: `${engine.prompt.key} ${row.sentence}`, candidates: undefined, right: undefined },
    stale: undefined,
    untrained: undefined,
    problem: undefined,
  });
  const store = new PredictionStore(
    {
      async predict(params, predicted) {
        engine.asked.push(params);
        const rows = params.rows.map(answer);
        const [first, ...rest] = rows;
        if (first) predicted({ token: params.token, prompt: engine.prompt, from: 0, rows: [first] });
        if (rest.length > 0) predicted({ token: params.token, prompt: engine.prompt, from: 1, rows: rest });
        return { prompt: engine.prompt, rows };
      },
      unsavedText: () => engine.unsaved,
    },
    () => changes++,
  );
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  const shown = (of: RowQuestion) => store.known(of)?.answer.trained?.text;
  const rowsAsked = () => engine.asked.flatMap(({ rows }) => rows.map(({ sentence }) => sentence));
  return { store, engine, settled, shown, rowsAsked, changes: () => changes };
}

describe('answers', () => {
  it('are there after they were asked for, which is told', async () => {
    const { store, settled, shown, changes } = start();
    expect(shown(question('A'))).toBeUndefined();
    store.want([question('A'), question('B')]);
    await settled();
    expect([shown(question('A')), shown(question('B'))]).toEqual(['first A', 'first B']);
    expect(changes()).toBeGreaterThan(0);
  });

  it('are asked for once, for each row and prompt', async () => {
    const { store, settled, rowsAsked } = start();
    store.want([question('A'), question('A')]);
    store.want([question('A'), question('B')]);
    await settled();
    store.want([question('B')]);
    await settled();
    expect(rowsAsked()).toEqual(['A', 'B']);
  });

  it('are told once: who asks again for what is known hears nothing', async () => {
    const { store, settled, changes } = start();
    store.want([question('A'), question('B')]);
    await settled();
    expect(changes()).toBe(2);
    store.want([question('A'), question('B')]);
    await settled();
    expect(changes()).toBe(2);
  });

  it('of a prompt that was replaced are not shown, and come back with it', async () => {
    const { store, engine, settled, shown, rowsAsked, changes } = start();
    store.want([question('A')]);
    await settled();
    engine.prompt = current('second');
    store.expire('/w/a.ptask.json');
    expect(shown(question('A'))).toBeUndefined();
    store.want([question('A')]);
    await settled();
    expect(shown(question('A'))).toBe('second A');
    engine.prompt = current('first');
    store.expire();
    const before = changes();
    store.want([question('A')]);
    await settled();
    expect(shown(question('A'))).toBe('first A');
    expect(changes()).toBe(before + 1);
    expect(rowsAsked()).toEqual(['A', 'A']);
  });

  it('of another task file stay', async () => {
    const { store, settled, shown } = start();
    store.want([question('A'), question('A', '/w/b.ptask.json')]);
    await settled();
    store.expire('/w/b.ptask.json');
    expect(shown(question('A'))).toBe('first A');
    expect(shown(question('A', '/w/b.ptask.json'))).toBeUndefined();
  });

  it('that come after they were expired are dropped', async () => {
    const { store, settled, shown } = start();
    store.want([question('A')]);
    store.expire();
    await settled();
    expect(shown(question('A'))).toBeUndefined();
  });

  it('are not asked of a task that is not trained', async () => {
    const { store, engine, settled, rowsAsked } = start();
    engine.prompt = { state: 'untrained', key: '', message: '' };
    store.want([question('A')]);
    await settled();
    expect(rowsAsked()).toEqual([]);
  });

  it('are those of the text in the editor', async () => {
    const { store, engine, settled } = start();
    engine.unsaved = '{}';
    store.want([question('A')]);
    await settled();
    expect(engine.asked.map(({ text }) => text)).toEqual(['{}', '{}']);
  });
});
