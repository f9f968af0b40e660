import { describe, expect, it } from 'vitest';
import { PredictionStore, type RowQuestion } from '../../../client/src/predictions/prediction-store.ts';
import type { PredictedRow, PredictParams, PromptState } from '../../../protocol/src/predicting.ts';
import { eventually } from '../../eventually.ts';

const [A, B] = ['/w/a.ptask.json', '/w/b.ptask.json'];

const question = (sentence: string, ...files: string[]): RowQuestion => ({
  files: files.length === 0 ? [A] : files,
  taskname: 'sentiment',
  row: { taskname: 'sentiment', sentence },
});

const current = (key: string): PromptState => ({ state: 'current', key, trained: undefined });
const stale = (key: string): PromptState => ({
  state: 'stale',
  key,
  changed: 'template',
  message: '',
  trained: undefined,
});
const untrained = (key: string): PromptState => ({ state: 'untrained', key, message: '' });

/** An engine whose answer to a row is the prompt's key and the row's sentence. */
function start(prompts: Readonly<Record<string, PromptState | 'faulty'>> = {}) {
  const engine = {
    prompt: current('first') as PromptState,
    /** Those of files with one of their own. */
    prompts: { ...prompts },
    asked: [] as PredictParams[],
    unsaved: undefined as string | undefined,
  };
  let changes = 0;
  const answer = (row: Readonly<Record<string, unknown>>, { key }: PromptState): PredictedRow => ({
    text: `${row.sentence}`,
    expected: undefined,
    trained: { text: `${key} ${row.sentence}`, candidates: undefined, cut: false, right: undefined },
    stale: undefined,
    untrained: undefined,
    problem: undefined,
  });
  const store = new PredictionStore(
    {
      async predict(params, predicted) {
        engine.asked.push(params);
        const prompt = engine.prompts[params.file] ?? engine.prompt;
        if (prompt === 'faulty') throw new Error('the file has errors');
        const rows = params.rows.map((row) => answer(row, prompt));
        const [first, ...rest] = rows;
        if (first) predicted({ token: params.token, prompt, from: 0, rows: [first] });
        if (rest.length > 0) predicted({ token: params.token, prompt, from: 1, rows: rest });
        return { prompt, rows };
      },
      unsavedText: () => engine.unsaved,
    },
    () => changes++,
  );
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  const shown = (of: RowQuestion) => store.known(of)?.answer.trained?.text;
  const rowsAsked = () => engine.asked.flatMap(({ rows }) => rows.map(({ sentence }) => sentence));
  return { store, engine, answer, settled, shown, rowsAsked, changes: () => changes };
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

  it('to rows that are not in view are kept, and nobody is told', async () => {
    const { store, engine, shown, changes, rowsAsked } = start();
    await store.want([question('A'), question('B')], 'background');
    expect(changes()).toBe(0);
    expect(engine.asked.map(({ urgency }) => urgency)).toEqual(['visible', 'background']);
    expect([shown(question('A')), shown(question('B'))]).toEqual(['first A', 'first B']);
    await store.want([question('A')]);
    expect(rowsAsked()).toEqual(['A', 'B']);
  });

  it('to rows that come into view do not wait for the background, and are told', async () => {
    const { answer } = start();
    let answerBackground = (): void => undefined;
    const asked: unknown[] = [];
    const predict = async ({ rows, urgency }: PredictParams) => {
      asked.push([urgency, rows.length]);
      if (urgency === 'background') await new Promise<void>((resolve) => (answerBackground = resolve));
      return { prompt: current('first'), rows: rows.map((row) => answer(row, current('first'))) };
    };
    let changes = 0;
    const store = new PredictionStore({ predict, unsavedText: () => undefined }, () => changes++);
    const inBackground = store.want([question('A')], 'background');
    await eventually(() => expect(asked).toHaveLength(2));
    await store.want([question('A')]);
    expect(store.known(question('A'))).toBeDefined();
    expect(changes).toBe(1);
    answerBackground();
    await inBackground;
    expect(changes).toBe(1);
    expect(asked).toEqual([
      ['visible', 0],
      ['background', 1],
      ['visible', 1],
    ]);
  });

  it('that come late, of a prompt that was replaced meanwhile, are not shown', async () => {
    let prompt = current('first');
    const late: (() => void)[] = [];
    const text = (key: string): PredictedRow => ({
      text: 'A',
      expected: undefined,
      trained: { text: key, candidates: undefined, cut: false, right: undefined },
      stale: undefined,
      untrained: undefined,
      problem: undefined,
    });
    const predict = async ({ rows }: PredictParams) => {
      const asked = prompt;
      if (rows.length > 0 && asked.key === 'first') await new Promise<void>((resolve) => late.push(resolve));
      return { prompt: asked, rows: rows.map(() => text(asked.key)) };
    };
    const store = new PredictionStore({ predict, unsavedText: () => undefined }, () => undefined);
    const first = store.want([question('A')]);
    while (late.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    prompt = current('second');
    store.expire(A);
    await store.want([question('A')]);
    late[0]!();
    await first;
    expect(store.known(question('A'))?.answer.trained?.text).toBe('second');
  });

  it('of a prompt that was replaced are not shown, and come back with it', async () => {
    const { store, engine, settled, shown, rowsAsked, changes } = start();
    store.want([question('A')]);
    await settled();
    engine.prompt = current('second');
    store.expire(A);
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

  it('are those of the prompt that gave them, where it took the place of the one that was asked about', async () => {
    const { store, engine, shown } = start();
    const prompts = [current('first'), current('second')];
    Object.defineProperty(engine, 'prompt', { get: () => prompts.shift() });
    await store.want([question('A')]);
    expect(shown(question('A'))).toBe('second A');
    expect(store.known(question('A'))?.prompt.key).toBe('second');
  });

  it('that were forgotten for newer ones are asked for again', async () => {
    const { store, shown, rowsAsked } = start();
    const rows = Array.from({ length: 5001 }, (_, i) => question(`row ${i}`));
    await store.want(rows);
    expect(shown(rows[0]!)).toBeUndefined();
    await store.want([rows[0]!]);
    expect(shown(rows[0]!)).toBe('first row 0');
    await store.want(rows.slice(-100));
    expect(rowsAsked()).toHaveLength(5002);
  });

  it('of another task file stay', async () => {
    const { store, settled, shown } = start();
    store.want([question('A'), question('A', B)]);
    await settled();
    store.expire(B);
    expect(shown(question('A'))).toBe('first A');
    expect(shown(question('A', B))).toBeUndefined();
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
    engine.prompt = untrained('');
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

describe('of a row that belongs to two task files', () => {
  const both = question('X', A, B);
  /** What is shown, and whose prompt a hover asks. */
  const answered = async (prompts: Readonly<Record<string, PromptState | 'faulty'>>) => {
    const { store, settled, shown } = start(prompts);
    store.want([both]);
    await settled();
    return [shown(both), await store.fileFor(both)];
  };

  it('the one with a trained prompt answers', async () => {
    expect(await answered({ [A]: untrained('a'), [B]: current('b') })).toEqual(['b X', B]);
    expect(await answered({ [A]: untrained('a'), [B]: stale('b') })).toEqual(['b X', B]);
  });

  it('a current prompt goes before a stale one', async () => {
    expect(await answered({ [A]: stale('a'), [B]: current('b') })).toEqual(['b X', B]);
  });

  it('among equals it is the preferred one', async () => {
    expect(await answered({ [A]: current('a'), [B]: current('b') })).toEqual(['a X', A]);
    expect(await answered({ [A]: stale('a'), [B]: stale('b') })).toEqual(['a X', A]);
    expect(await answered({ [A]: untrained('a'), [B]: untrained('b') })).toEqual([undefined, A]);
  });

  it('one that has errors is passed over', async () => {
    expect(await answered({ [A]: 'faulty', [B]: current('b') })).toEqual(['b X', B]);
    expect(await answered({ [A]: 'faulty', [B]: untrained('b') })).toEqual([undefined, B]);
    expect(await answered({ [A]: 'faulty', [B]: 'faulty' })).toEqual([undefined, A]);
  });

  it('the second one is not opened where the first one’s prompt is current', async () => {
    const { store, engine, settled } = start();
    store.want([both]);
    await settled();
    expect(new Set(engine.asked.map(({ file }) => file))).toEqual(new Set([A]));
  });

  it('it changes with the preference, and with the prompts', async () => {
    const { store, engine, settled, shown } = start({ [A]: current('a'), [B]: current('b') });
    const other = question('X', B, A);
    store.want([both]);
    store.want([other]);
    await settled();
    expect([shown(both), shown(other)]).toEqual(['a X', 'b X']);
    engine.prompts[A] = untrained('a');
    store.expire();
    expect(shown(both)).toBeUndefined();
    store.want([both]);
    await settled();
    expect(shown(both)).toBe('b X');
  });
});
