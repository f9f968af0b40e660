import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitRows as splitOf } from '../../../../task/src/new-task/split-rows.ts';
import { isReady, TaskRows } from '../../../../task/src/new-task/task-rows.ts';

const WANTED = { taskname: 'tone', fields: ['text'], answerField: 'label' };

describe('rows of a task', () => {
  const ready = (...rows: object[]) => {
    const made = new TaskRows(WANTED);
    const lines = rows.map((row) => made.ready(row as Record<string, unknown>)?.line);
    return { lines, leftOut: made.leftOut() };
  };

  it('name it, and hold texts in its fields alone', () =>
    expect(ready({ id: 3, label: 1, text: 'Good' }, { label: true, text: null, taskname: 'tone' })).toEqual({
      lines: ['{"taskname":"tone","text":"Good","label":"1"}', undefined],
      leftOut: ['Rows without a text, which were left out: 1.'],
    }));

  it('are those that name the task, or none', () => {
    const names = [{}, { taskname: '' }, { taskname: ' ' }, { taskname: null }, { taskname: 'tone' }, { taskname: 7 }];
    const { lines } = ready(...names.map((name, n) => ({ ...name, text: `Good ${n}`, label: 'x' })));
    expect(lines.map((line) => line !== undefined)).toEqual([true, true, true, true, true, false]);
    const numbered = new TaskRows({ ...WANTED, taskname: '7' });
    expect(numbered.ready({ taskname: 7, text: 'Good', label: 'x' })?.line).toContain('"taskname":"7"');
  });

  it('have an empty text where one of several is missing', () => {
    const made = new TaskRows({ ...WANTED, fields: ['text', 'more'] });
    expect(made.ready({ text: 'Good', label: 'x' })?.line).toBe(
      '{"taskname":"tone","text":"Good","more":"","label":"x"}',
    );
  });

  it('are left out where they would have problems, which is said', () => {
    const { lines, leftOut } = ready(
      { text: 'Good', label: 'x' },
      { text: 'Good', label: 'x' },
      { text: 'Good', label: 'y' },
      { text: 'Good', label: ' ' },
      { text: 'Good' },
      { text: 'Good', label: [] },
      { text: 'Good', label: 'x', taskname: 'other' },
    );
    expect(lines.filter((line) => line !== undefined)).toHaveLength(2);
    expect(leftOut).toEqual([
      'Rows of other tasks, which were left out: 1.',
      'Rows without an answer, which were left out: 3.',
      'Rows that were there already, which were left out: 1.',
    ]);
  });

  it('have one key for texts that would count as leaked, whatever their answers, and another for others', () => {
    const made = new TaskRows({ ...WANTED, fields: ['text', 'more'] });
    const keyOf = (text: string, more: string, label: string) => made.ready({ text, more, label })!.key;
    const key = keyOf('Är det så?', 'a\nb', 'x');
    expect(keyOf('ÄR det så?', 'A b', 'x')).toBe(key);
    expect(keyOf('A\u0308r  det så? ', 'ab', 'y')).toBe(key);
    for (const [text, more] of [
      ['Är det så', 'ab'],
      ['Ar det så?', 'ab'],
      ['ab', 'Är det så?'],
      ['Är det så?ab', ''],
    ] as const)
      expect(keyOf(text, more, 'x')).not.toBe(key);
  });

  it('have fields of any name', () => {
    const made = new TaskRows({ taskname: 'tone', fields: ['__proto__', 'constructor'], answerField: 'label' });
    const row = JSON.parse('{"__proto__": "a", "label": "x"}') as Record<string, unknown>;
    expect(made.ready(row)?.line).toBe('{"taskname":"tone","__proto__":"a","constructor":"","label":"x"}');
  });

  it('are ready where they name the task and hold texts', () => {
    expect(isReady({ taskname: 'tone', text: 'a', label: 'b', id: 3 }, WANTED)).toBe(true);
    for (const row of [{ text: 'a', label: 'b' }, { taskname: 'tone', text: 'a', label: 1 }, { taskname: 'tone' }]) {
      expect(isReady(row, WANTED)).toBe(false);
    }
  });
});

const splitRows = (rows: readonly { key: number; answer: string }[], areLabels: boolean, share: number) =>
  splitOf(
    rows.map(({ key }) => key),
    areLabels ? rows.map(({ answer }) => answer) : undefined,
    share,
  );

describe('a split', () => {
  const rows = Array.from({ length: 100 }, (_, n) => ({ key: (n * 7919) % 104_729, answer: n < 80 ? 'a' : 'b' }));
  const counts = (splits: readonly string[]) =>
    ['train', 'validation', 'test'].map((split) => splits.filter((one) => one === split).length);

  it('holds out the same share of each label', () => {
    const splits = splitRows(rows, true, 0.1);
    expect(counts(splits.slice(0, 80))).toEqual([64, 8, 8]);
    expect(counts(splits.slice(80))).toEqual([16, 2, 2]);
    expect(counts(splitRows(rows, false, 0.1))).toEqual([80, 10, 10]);
  });

  it('holds out one row of five, and none of fewer', () => {
    expect(counts(splitRows(rows.slice(0, 5), true, 0.1))).toEqual([3, 1, 1]);
    expect(counts(splitRows(rows.slice(0, 4), true, 0.4))).toEqual([4, 0, 0]);
    expect(counts(splitRows(rows, true, 0))).toEqual([100, 0, 0]);
  });

  it('is the same in whatever order rows stand, with the same texts in one of its parts', () => {
    const row = fc.record({ key: fc.integer({ min: 0, max: 30 }), answer: fc.constantFrom('a', 'b', 'c') });
    const some = fc.array(row, { maxLength: 80 });
    fc.assert(
      fc.property(
        some.chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, shuffled]) => {
          const of = (all: typeof rows) => {
            const splits = splitRows(all, true, 0.2);
            const byKey = new Map<number, Set<string>>();
            for (const [place, { key }] of all.entries())
              byKey.set(key, (byKey.get(key) ?? new Set()).add(splits[place]!));
            return [...byKey].map(([key, own]) => [key, [...own]] as const).sort(([a], [b]) => a - b);
          };
          expect(of(shuffled)).toEqual(of(rows));
          for (const [, own] of of(rows)) expect(own).toHaveLength(1);
        },
      ),
    );
  });
});
