import { expect, it } from 'vitest';
import { environment } from '../task/harness.ts';
import { editor, uriOf } from './harness.ts';

const TABLE = uriOf('project/rows%20of%20mine.csv');
const service = (files: Record<string, string>) => editor({ readFile: environment(files).readFile }).service;
const table = (text: string) => service({ 'rows%20of%20mine.csv': text });
const WANTED = { file: TABLE, taskname: 'tone', fields: ['text'], answerField: 'label' };

it('a table says what its task is, whichever rows the labels are in', async () => {
  const rows = Array.from({ length: 6000 }, (_, n) => `The row ${n} is this;${n < 5000 ? 'good' : 'bad'}`);
  const proposal = await table(['text;label', ...rows].join('\n')).proposeTaskFile({ files: [TABLE] });
  expect(proposal).toEqual({
    fields: ['text'],
    otherFields: [],
    answerField: 'label',
    numberFields: [],
    labels: ['good', 'bad'],
    longestField: 'text',
    language: 'en',
    unlike: [0],
  });
});

it('data that are lines of JSON stay where they are, by their name, too', async () => {
  const row = '{"taskname":"tone","text":"Good","label":"yes"}\n';
  const latin = new Uint8Array(Buffer.from(row.replace('Good', 'Gød'), 'latin1'));
  const files = { 'a.jsonl': row, 'b.json': row, 'c.json': `[${row}]`, 'd.jsonl': latin, 'e.JSONL': `\ufeff${row}` };
  const { service } = editor({ readFile: environment(files).readFile });
  const uris = Object.keys(files).map((name) => uriOf(`project/${name}`));
  expect(await service.proposeTaskFile({ files: uris })).toMatchObject({ taskname: 'tone', unlike: [1, 2, 3] });
});

it('what makes data of no use is told in words, with its place', async () => {
  const problem = async (text: string) => table(text).proposeTaskFile({ files: [TABLE] });
  expect(await problem('text,label\nGood,"yes\n')).toEqual({
    problem:
      'rows of mine.csv, line 2: A cell that begins with a quotation mark does not end: the closing one is missing.',
  });
  expect(await problem('text,label\n')).toEqual({ problem: expect.stringContaining('There are no rows') });
  expect(await problem('text,label\n1,2,3\n')).toEqual({ problem: expect.stringContaining('line 2: This line has 3') });
  expect(await table('').proposeTaskFile({ files: [uriOf('project/none.csv')] })).toEqual({
    problem: 'none.csv: It is not there.',
  });
});

it('the rows of a copy come a part at a time, and it is told what is not among them', async () => {
  const rows = Array.from({ length: 5000 }, (_, n) => `${'word '.repeat(20)}${n},good`);
  const text = ['text,label', 'a,b,c', ...rows, rows[0], 'nothing,'].join('\n');
  const parts: string[] = [];
  const ready = await table(text).readyRows(WANTED, async (part) => void parts.push(part));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.every((part) => part.endsWith('}\n'))).toBe(true);
  expect(parts.join('').split('\n')).toHaveLength(5001);
  expect(ready).toEqual({
    name: 'rows%20of%20mine.tone',
    notes: [
      expect.stringMatching(
        /^What is no row was left out, 1 in all\. rows of mine\.csv, line 2: This line has 3 cells/,
      ),
      'Rows without an answer, which were left out: 1.',
      'Rows that were there already, which were left out: 1.',
    ],
  });
});

it('reading data lets others have the thread, and ends where it is given up', async () => {
  const controller = new AbortController();
  const rows = Array.from({ length: 100_000 }, (_, n) => `row ${n},good`).join('\n');
  const { service } = editor({ readFile: environment({ 'a.csv': `text,label\n${rows}` }).readFile });
  const proposal = service.proposeTaskFile({ files: [uriOf('project/a.csv')] }, controller.signal);
  controller.abort(new Error('given up'));
  await expect(proposal).rejects.toThrow('given up');
});

it('a task file stands beside its first rows, and names each split', () => {
  const file = (name: string) => ({
    data: uriOf(`project/${name}.csv`),
    rows: uriOf(`project/${name}.test-tone.jsonl`),
  });
  const proposal = { fields: ['text'], otherFields: [], answerField: 'label', numberFields: [], unlike: [0, 1] };
  const params = { taskname: 'test/tone', proposal, files: [file('train'), file('more/dev')], language: 'sv' };
  const { name, text } = service({}).newTaskFileText(params);
  expect(name).toBe('test-tone');
  expect(text).toContain('"train_ds": ["train.test-tone.jsonl"],');
  expect(text).toContain('"validation_ds": ["more/dev.test-tone.jsonl"],');
  expect(text).toContain('"language": "sv", //');
});
