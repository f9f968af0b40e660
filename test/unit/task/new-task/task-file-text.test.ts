import { parse } from 'jsonc-parser';
import { expect, it } from 'vitest';
import { checkTaskFile } from '../../../../task/src/check.ts';
import { fileNameOf } from '../../../../task/src/new-task/file-name.ts';
import { proposeTask } from '../../../../task/src/new-task/proposal.ts';
import {
  copyName,
  fieldsIn,
  type NewTaskFile,
  pathBeside,
  splitOf,
  splitsOf,
  taskFileText,
} from '../../../../task/src/new-task/task-file-text.ts';
import { environment } from '../harness.ts';
import { surveyOf } from './data.ts';

const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const rating = (text: string, label: string) => ({ taskname: 'rating', text, label });
const ROWS = [rating('Good', 'yes'), rating('Bad, very bad', 'no'), rating('Fine', 'yes'), rating('Awful', 'no')];

it.each([
  ['data/train.jsonl', 'train'],
  ['data/validation.jsonl', 'validation'],
  ['dev.jsonl', 'validation'],
  ['intent-test.jsonl', 'test'],
  ['latest.jsonl', 'train'],
])('%s is for %s', (file, split) => expect(splitOf(file)).toBe(split));

it('files that are all called a test are what there is to train on', () => {
  expect(splitsOf(['a/test.csv', 'b/test-2.csv'])).toEqual(['train', 'train']);
  expect(splitsOf(['test.csv', 'rows.csv', 'dev.csv'])).toEqual(['test', 'train', 'validation']);
});

const text = (changes: Partial<NewTaskFile> = {}) =>
  taskFileText({
    taskname: 'rating',
    proposal: proposeTask(surveyOf(ROWS))!,
    data: { train: ['train.jsonl'], validation: [], test: [] },
    language: 'en',
    isLanguageGuessed: false,
    ...changes,
  });

it('the file that is written has no problems', async () => {
  const data = { train: ['train.jsonl'], validation: ['validation.jsonl'], test: [] };
  const written = text({ data, isLanguageGuessed: true });
  expect(written).toContain('"virtual_token_splits": [20],');
  expect(written).toContain('\n  "language": "en", // of the texts, as far as they tell;');
  const disk = {
    'train.jsonl': lines(...ROWS),
    'validation.jsonl': lines(rating('Lovely', 'yes'), rating('Poor', 'no')),
  };
  const path = 'project/new.ptask.json';
  const { problems } = await checkTaskFile({ path, text: written, environment: environment(disk) });
  expect(problems).toEqual([]);
});

it('the field with the longest texts is the one that is cut, and splits without a file are left out', () => {
  const json = parse(text());
  expect(json.task_templates[0]).toMatchObject({ answer_field: 'label', truncate_field: 'text' });
  expect(json.data).toEqual({ train_ds: ['train.jsonl'], max_seq_length: 256 });
  const proposal = { fields: ['a'], answerField: 'label', labels: undefined, longestField: undefined };
  expect(parse(text({ proposal })).task_templates[0]).not.toHaveProperty('truncate_field');
});

it('settings for small models are for the demo models alone', () => {
  expect(parse(text({ model: 'demo-tiny' }))).toMatchObject({ model: 'demo-tiny', p_tuning: {}, optim: {} });
  const other = parse(text({ model: '../gpt2', language: undefined }));
  for (const key of ['p_tuning', 'optim', 'language']) expect(other).not.toHaveProperty(key);
});

it('the template that is written names its fields as they are', () => {
  const proposal = { fields: ['a  b'], answerField: 'label', labels: undefined, longestField: 'a  b' };
  expect(text({ proposal })).toContain('"<|VIRTUAL_PROMPT_0|> {a  b} Label: {label}"');
  expect(text({ proposal: { ...proposal, fields: [] } })).toContain('"<|VIRTUAL_PROMPT_0|> Label: {label}"');
});

it.each([
  ['nhãn', 'Nhãn'],
  ['ეტიკეტი', 'ეტიკეტი'],
  ['лейбл', 'Лейбл'],
  ['تسمية', 'تسمية'],
])('the answer %s is asked for as %s, with a capital where its script begins words with one', (answerField, cue) => {
  const proposal = { fields: ['a'], answerField, labels: undefined, longestField: 'a' };
  expect(text({ proposal })).toContain(`"<|VIRTUAL_PROMPT_0|> {a} ${cue}: {${answerField}}"`);
});

it('a template of the user’s own has virtual tokens in front, or where it says', () => {
  const of = (template: string) => {
    const [{ prompt_template, virtual_token_splits }] = parse(text({ template })).task_templates;
    return [prompt_template, virtual_token_splits];
  };
  expect(of('Is {text} good? {label}')).toEqual(['<|VIRTUAL_PROMPT_0|> Is {text} good? {label}', [20]]);
  expect(of('{text} <|VIRTUAL_PROMPT_0|> {label}')).toEqual(['{text} <|VIRTUAL_PROMPT_0|> {label}', [20]]);
  const own = '<|VIRTUAL_PROMPT_0|> {text} <|VIRTUAL_PROMPT_1|> or <|VIRTUAL_PROMPT_2|> {label}';
  expect(of(own)).toEqual([own, [6, 7, 7]]);
  expect(fieldsIn(own)).toEqual(['text', 'label']);
  expect(fieldsIn('{b} {a} {b}')).toEqual(['b', 'a']);
});

it.each([
  ['/d/train.jsonl', 'train.rating'],
  ['/d/TRAIN.JSONL', 'TRAIN.rating'],
  ['/d/rows.csv', 'rows.rating'],
  ['/d/rows.txt', 'rows.txt.rating'],
  ['c:\\d\\rows.csv', 'rows.rating'],
])('a copy of %s with a name in its rows is %s', (file, copy) => expect(copyName(file, 'rating')).toBe(copy));

it.each([
  ['news/tone: 1', 'news-tone- 1'],
  ['con', 'con-'],
  ['Nul .rows', 'Nul- .rows'],
  ['com¹', 'com¹-'],
  ['const', 'const'],
  ['ætlan', 'ætlan'],
  ['ทดสอบ'.repeat(30), 'ทดสอบ'.repeat(12)],
  [`a${'🙂'.repeat(40)}`, `a${'🙂'.repeat(29)}`],
])('the file of the task %s is called %s', (taskname, name) => expect(fileNameOf(taskname)).toBe(name));

it.each([
  ['c:\\tasks\\a.csv', 'c:\\tasks\\data\\a.jsonl', 'data/a.jsonl'],
  ['c:\\tasks\\a.csv', 'c:\\b.jsonl', '../b.jsonl'],
  ['c:\\tasks\\a.csv', 'd:\\data\\a.jsonl', 'd:/data/a.jsonl'],
  ['c:\\tasks\\a.csv', '\\\\server\\share\\a.jsonl', '//server/share/a.jsonl'],
  ['/tasks/a.csv', '/data/a\\b.jsonl', '../data/a\\b.jsonl'],
])('in a task file beside %s, %s is named by a path that leads there', (beside, file, named) => {
  expect(pathBeside(beside, file, beside.startsWith('/') ? 'linux' : 'win32')).toBe(named);
});
