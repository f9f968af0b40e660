import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../protocol/src/problem.ts';
import { checkTaskFile, checkTaskText, TaskCheck } from '../../../../task/src/check.ts';
import { namedFiles, withReading } from '../../../../task/src/data/data-files.ts';
import { readDataFile } from '../../../../task/src/data/read-data-file.ts';
import { MAX_SAMPLED_VALUES } from '../../../../task/src/data/value-table.ts';
import { Work } from '../../../../task/src/data/work.ts';
import { textOf } from '../../../../task/src/row-view.ts';
import type { Rule } from '../../../../task/src/rule.ts';
import { rules } from '../../../../task/src/rules/index.ts';
import { demoModel, environment, row, TASK_PATH, taskFile } from '../harness.ts';
import { data, task } from './arbitrary-data.ts';
import { bruteForce } from './brute-force.ts';

const ROW_CODES = new Set(rules.filter(({ checkRow, checkBadRow }) => checkRow || checkBadRow).map(({ code }) => code));

async function bothWays(text: string, files: Record<string, string>): Promise<{ found: string[]; expected: string[] }> {
  const result = await checkTaskFile({ path: TASK_PATH, text, environment: environment(files) });
  const whole = result.data.files.flatMap(({ path, mentions }) => {
    const content = files[path.slice('project/'.length)];
    return content === undefined
      ? []
      : [{ path, text: content, splits: [...new Set(mentions.map(({ split }) => split))] }];
  });
  const ofRows = (problems: Problem[]): Problem[] =>
    problems.filter(({ file, code }) => file !== TASK_PATH && ROW_CODES.has(code));
  return {
    found: byFile(ofRows(result.problems)),
    expected: byFile(bruteForce(result.context, whole, result.surroundings.model)),
  };
}

/** In an order that says nothing of how they were found. */
function byFile(problems: Problem[]): string[] {
  return problems.map((problem) => JSON.stringify(problem)).sort();
}

describe('rules for rows say the same as when each is asked about every row', () => {
  it('of any task file and data', async () => {
    await fc.assert(
      fc.asyncProperty(task, data, data, data, async (text, train, validation, test) => {
        const files = { 'train.jsonl': train, 'validation.jsonl': validation, 'test.jsonl': test };
        const { found, expected } = await bothWays(text, files);
        expect(found).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('of more different answers than are kept', async () => {
    const rows = Array.from({ length: MAX_SAMPLED_VALUES * 2 }, (_, i) =>
      row(`mening ${i}`, i % 3 ? `svar ${i}` : 'positiva'),
    );
    const { found, expected } = await bothWays(taskFile(), { 'train.jsonl': rows.join('\n'), 'validation.jsonl': '' });
    expect(found).toEqual(expected);
    expect(found).toHaveLength(101);
  });

  it('of answers longer than are kept', async () => {
    const long = 'x'.repeat(2000);
    const rows = [row('a', long), row('b', `${long}y`), row('c', `${long} `)];
    const files = { 'train.jsonl': rows.join('\n'), 'validation.jsonl': rows[0]! };
    const labels = `"labels": { "${long}": [], "negativa": [] }`;
    const { found, expected } = await bothWays(taskFile({ of: labels }), files);
    expect(found).toEqual(expected);
  });

  it('of more than are shown, several in a row', async () => {
    const rows = Array.from({ length: 300 }, (_, i) =>
      JSON.stringify({
        taskname: 'sentiment-task',
        sentence: i % 2 ? 1 : '',
        label: i % 5 ? 2 : '{sentence}',
        a: 1,
        b: 2,
      }),
    );
    const files = { 'train.jsonl': rows.join('\n'), 'validation.jsonl': rows.slice(0, 9).join('\n') };
    const { found, expected } = await bothWays(taskFile(), files);
    expect(found).toEqual(expected);
  });
});

describe('rules for rows that stand several times', () => {
  it('say the same of more than are shown, duplicates of one another, leaked, or both', async () => {
    const training = Array.from({ length: 120 }, (_, i) => row(`mening ${i}`));
    const own = Array.from({ length: 130 }, (_, i) => row(`egen ${i}`));
    const files = {
      'train.jsonl': training.join('\n'),
      'validation.jsonl': [...training, ...training, ...own, ...own].join('\n'),
    };
    const { found, expected } = await bothWays(taskFile(), files);
    expect(found).toEqual(expected);
    const more = found
      .map((problem) => JSON.parse(problem) as Problem)
      .filter(({ message }) => /^\d+ more/.test(message));
    expect(more.map(({ code }) => code).sort()).toEqual(['data-leak', 'row-duplicate']);
  });
});

describe('a rule that does not say what it looks at', () => {
  const shouting: Rule = {
    code: 'row-shouting',
    severity: 'warning',
    explanation: '',
    example: { of: 'rows', wrong: '', right: '' },
    checkRow({ value, places }, _context, report) {
      if (textOf(value, 'sentence')?.endsWith('!')) report(() => ({ at: places.value('sentence'), message: 'Loud.' }));
    },
  };

  it('is asked about every row', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => row(i % 4 ? 'tyst' : `högt ${i}!`));
    const disk = environment({ 'train.jsonl': rows.join('\n') });
    const work = new Work({});
    const own = checkTaskText(TASK_PATH, taskFile({ file: '"data": { "train_ds": ["train.jsonl"] }' }));
    const [named] = namedFiles(own.context, disk);
    const files = [withReading(named!, await readDataFile(disk, named!.path, work))];
    const check = new TaskCheck([shouting]);
    const surroundings = { model: demoModel, promptTable: undefined };
    const judge = () => check.judge({ ...own, surroundings, files });
    for (let { open } = judge(); open !== undefined; { open } = judge()) await check.work(open, disk, work);
    const found = judge().problems.get('project/train.jsonl')!;
    expect(found.slice(0, 2).map(({ code, range }) => [code, range.start.line])).toEqual([
      ['row-shouting', 0],
      ['row-shouting', 4],
    ]);
    expect(found.at(-1)!.message).toMatch(/^25 more/);
  });
});

describe('counts of labels', () => {
  const counted = async (rows: string[]) => {
    const files = { 'train.jsonl': rows.join('\n'), 'validation.jsonl': rows[0]! };
    const { data: facts } = await checkTaskFile({ path: TASK_PATH, text: taskFile(), environment: environment(files) });
    return facts.tasks.get('sentiment-task')!;
  };

  it('are right with many different answers too', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => row(`mening ${i}`, i % 4 ? `svar ${i}` : ' positiv'));
    const { labelCounts, allLabelCounts } = await counted(rows);
    expect([...labelCounts]).toEqual([['positiva', 250]]);
    expect([...allLabelCounts]).toEqual([['positiva', 251]]);
  });
});
