import { describe, expect, it } from 'vitest';
import { proposeTask, readRows, textsOf } from '../../../client/src/new-task-file/proposal.ts';
import { languageOf } from '../../../client/src/new-task-file/row-language.ts';
import { namedCopy, pathFrom, splitOf, taskFileText } from '../../../client/src/new-task-file/task-file-text.ts';
import { checkTaskFile } from '../../../task/src/check.ts';
import { environment } from '../task/harness.ts';

const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const rating = (text: string, label: string) => ({ taskname: 'rating', text, label });
const ROWS = [rating('Good', 'yes'), rating('Bad, very bad', 'no'), rating('Fine', 'yes'), rating('Awful', 'no')];

describe('the proposal', () => {
  it('takes task, fields and labels from the rows', () =>
    expect(proposeTask(ROWS)).toEqual({
      taskname: 'rating',
      fields: ['text'],
      answerField: 'label',
      numberFields: [],
      labels: ['yes', 'no'],
      longestField: 'text',
    }));
  it('takes the last field as the answer where none is called so', () =>
    expect(proposeTask([{ question: 'a', reply: 'b' }])?.answerField).toBe('reply'));
  it.each([
    [{ label: 1 }, { label: 0 }, { answerField: 'label', numberFields: ['label'], labels: ['1', '0'] }],
    [{ label: true }, { label: false }, { answerField: 'label', labels: ['true', 'false'] }],
    [
      { label: 1, label_text: 'yes' },
      { label: 0, label_text: 'no' },
      { answerField: 'label_text', fields: ['text'] },
    ],
    [
      { label: 'yes', stars: 1 },
      { label: 'no', stars: 5 },
      { answerField: 'label', numberFields: ['stars'] },
    ],
    [{ stars: 1 }, { stars: 5 }, { answerField: 'text', numberFields: ['stars'] }],
  ])('takes numbers that look like labels for what may be the answer: %j', (one, other, proposal) => {
    const rows = [one, other, one, other].map((answer, id) => ({ id, text: 'Good', ...answer }));
    expect(proposeTask(rows)).toMatchObject(proposal);
  });
  it('takes the answer that the user names', () =>
    expect(proposeTask(ROWS, 'text')).toMatchObject({ answerField: 'text', fields: ['label'], labels: undefined }));
  it('has no labels where the answers are free text', () =>
    expect(
      proposeTask([
        { a: '1', label: 'x' },
        { a: '2', label: 'y' },
      ])?.labels,
    ).toBeUndefined());
  it('knows no task where the rows name none', () =>
    expect(proposeTask([{ a: '1', b: '2' }])?.taskname).toBeUndefined());
  it('leaves out fields that no template can name', () =>
    expect(
      proposeTask([{ '': '1', 'a{b}': '2', 'line\nend': '3', '<|VIRTUAL_PROMPT_0|>': '4', c: '5' }]),
    ).toMatchObject({
      fields: [],
      answerField: 'c',
    }));
  it('is made from as many rows as a hundred files have', () => {
    const rows = Array.from({ length: 200_000 }, (_, n) => rating(`row ${n}`, n % 2 ? 'yes' : 'no'));
    expect(proposeTask(rows)).toMatchObject({ labels: ['no', 'yes'], longestField: 'text' });
  });
  it('is none where nothing could be an answer', () => {
    expect(proposeTask([])).toBeUndefined();
    expect(proposeTask([{ taskname: 'a', n: 3 }])).toBeUndefined();
  });
});

describe('the language of rows', () => {
  it.each([
    [['Vinsten ökade, och utdelningen höjs.', 'Kursen faller efter en svag rapport.'], 'sv'],
    [['The mining company Rödberget increased its output in Åre.', 'Profit of the year is up.'], 'en'],
    [['tänd lampan i köket', 'jag vill ha det tyst'], 'sv'],
    [['Tænd lyset i køkkenet', 'Jeg vil gerne have det varmt, og det er af glas', 'Væk mig til tiden'], 'da'],
    [['Slå på lyset i stua', 'Jeg vil gjerne ha det varmt, og det er av glass', 'Husk å vekke meg'], 'no'],
    [['Kveiktu ljósið í eldhúsinu', 'Ég vil að það sé hlýtt', 'Vektu mig klukkan sjö'], 'is'],
    [['Tendra ljósið í køkinum', 'Eg vil at tað er heitt, og ikki kalt', 'Vek meg klokkan sjey'], 'fo'],
    [['Sytytä valo', 'Herätä minut, kun se on valmis', 'Mitä huomenna on ja ei ole?'], 'fi'],
    [['42', 'OK', ''], undefined],
    [[], undefined],
  ])('of %s is %s', (texts, language) => expect(languageOf(texts)).toBe(language));

  it('is that of their texts, not of their labels', () => {
    const row = { text: 'Det är bra', label: 'the best of it' };
    expect(textsOf([row, { text: 3 }], { fields: ['text'] })).toEqual(['Det är bra']);
  });
});

it('broken and blank lines are passed over', () =>
  expect(readRows(`{"a":"1"}\r\n\n{"a"\n[1]\n{"a":"2"}\n{"a":"3"}`, 2)).toEqual([{ a: '1' }, { a: '2' }]));

it.each([
  ['data/train.jsonl', 'train'],
  ['data/validation.jsonl', 'validation'],
  ['dev.jsonl', 'validation'],
  ['intent-test.jsonl', 'test'],
  ['latest.jsonl', 'train'],
])('%s is for %s', (file, split) => expect(splitOf(file)).toBe(split));

it('the file that is written has no problems', async () => {
  const text = taskFileText({
    taskname: 'rating',
    proposal: proposeTask(ROWS)!,
    data: { train: ['train.jsonl'], validation: ['validation.jsonl'], test: [] },
    language: 'en',
    languageNote: 'a note',
  });
  expect(text).toContain('"virtual_token_splits": [20],');
  expect(text).toContain('\n  "language": "en", // a note\n');
  const disk = {
    'train.jsonl': lines(...ROWS),
    'validation.jsonl': lines(rating('Lovely', 'yes'), rating('Poor', 'no')),
  };
  const { problems } = await checkTaskFile({ path: 'project/new.ptask.json', text, environment: environment(disk) });
  expect(problems).toEqual([]);
});

it('the template that is written names its fields as they are', () => {
  const proposal = proposeTask([{ 'a  b': '1', label: 'x' }])!;
  const text = taskFileText({
    taskname: 'a',
    proposal,
    data: { train: [], validation: [], test: [] },
    language: 'en',
    languageNote: '',
  });
  expect(text).toContain('"<|VIRTUAL_PROMPT_0|> {a  b} Label: {label}"');
  const alone = taskFileText({
    taskname: 'a',
    proposal: { ...proposal, fields: [] },
    data: { train: [], validation: [], test: [] },
    language: 'en',
    languageNote: 'a note',
  });
  expect(alone).toContain('"<|VIRTUAL_PROMPT_0|> Label: {label}"');
});

it.each([
  ['/d/train.jsonl', 1, '/d/train.rating.jsonl'],
  ['/d/train.jsonl', 2, '/d/train.rating-2.jsonl'],
  ['/d/TRAIN.JSONL', 1, '/d/TRAIN.rating.jsonl'],
  ['/d/rows.csv', 1, '/d/rows.rating.jsonl'],
  ['/d/rows.txt', 1, '/d/rows.txt.rating.jsonl'],
])('a copy of %s with a name in its rows, number %d, is %s', (file, number, copy) =>
  expect(namedCopy(file, 'rating', number)).toBe(copy),
);

describe('a data file is named in a new task file', () => {
  const address = (fsPath: string, path: string, authority = '') => ({ fsPath, path, authority });
  const folder = address('c:\\tasks', '/c:/tasks');
  it.each([
    [folder, address('c:\\tasks\\data\\a.jsonl', '/c:/tasks/data/a.jsonl'), 'data/a.jsonl'],
    [folder, address('c:\\b.jsonl', '/c:/b.jsonl'), '../b.jsonl'],
    [folder, address('d:\\data\\a.jsonl', '/d:/data/a.jsonl'), 'd:/data/a.jsonl'],
    [folder, address('\\\\server\\share\\a.jsonl', '/share/a.jsonl', 'server'), '//server/share/a.jsonl'],
    [address('/tasks', '/tasks'), address('/data/a.jsonl', '/data/a.jsonl'), '../data/a.jsonl'],
  ])('by a path that leads there: %#', (from, file, named) => {
    expect(pathFrom(from, file)).toBe(named);
  });
});
