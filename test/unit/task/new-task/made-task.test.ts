import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkTaskFile } from '../../../../task/src/check.ts';
import { proposeTask } from '../../../../task/src/new-task/proposal.ts';
import { taskFileText } from '../../../../task/src/new-task/task-file-text.ts';
import { TaskRows } from '../../../../task/src/new-task/task-rows.ts';
import { environment, TASK_PATH } from '../harness.ts';
import { surveyOf } from './data.ts';

const NAMES = [
  'taskname',
  'text',
  'label',
  ' ',
  'a<|b',
  '{x',
  '|>',
  'é',
  'e\u0301',
  '__proto__',
  ' a',
  '"',
  '\\',
  '\u2028',
  '\ud83d',
];
const VALUES = [
  '',
  ' ',
  'yes',
  'yes ',
  'YES',
  'no',
  'é',
  'e\u0301',
  '{text}',
  '__proto__',
  1,
  true,
  null,
  'a [b]\n',
  '"',
  '\ud83d',
];
const value = fc.oneof(fc.constantFrom(...VALUES), fc.string({ maxLength: 4 }));
const rows = fc.subarray(NAMES, { minLength: 1, maxLength: 5 }).chain((names) => {
  const row = fc
    .tuple(...names.map(() => value))
    .map((values) => Object.fromEntries(names.map((name, place) => [name, values[place]])));
  return fc.array(row, { minLength: 1, maxLength: 12 });
});

it('a task file that is made of rows, whatever they are, has no errors, and nor have its rows', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (found) => {
      const proposal = proposeTask(surveyOf(found));
      if (proposal === undefined) return;
      const { taskname = 'task', fields, answerField } = proposal;
      const made = new TaskRows({ taskname, fields, answerField });
      const lines = found.flatMap((row) => made.ready(row)?.line ?? []);
      if (lines.length === 0) return;
      const data = { train: ['train.jsonl'], validation: [], test: [] };
      const text = taskFileText({ taskname, proposal, data, language: 'en', isLanguageGuessed: true });
      const own = environment({ 'train.jsonl': lines.join('\n') });
      const { problems } = await checkTaskFile({ path: TASK_PATH, text, environment: own });
      // A text that holds one of the template's own placeholders is for the user to change.
      const errors = problems.filter(({ severity, code }) => severity === 'error' && code !== 'row-marker');
      expect(errors).toEqual([]);
    }),
    { numRuns: 600 },
  );
});
