import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { describe, expect, it, vi } from 'vitest';
import { HAS_LINKS } from '../unit/has-links.ts';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { events, ptask, rowsOf, writeJsonl, writeRandomModel } from './ptask.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A folder with such files. */
async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const dir = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(dir, name), content);
  return dir;
}

const run = (dir: string, ...args: string[]) => ptask(['new', ...args], { cwd: dir });
const taskFile = async (dir: string, name: string) => parse(await readFile(path.join(dir, name), 'utf8'));
const linesOf = async (dir: string, name: string) =>
  (await readFile(path.join(dir, name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** What a shop's customers say, in Swedish. */
const REVIEWS = Array.from({ length: 40 }, (_, n) => ({
  text: n % 2 ? `Varan nummer ${n} är trasig, och det är inte bra` : `Det är en bra vara; den nummer ${n}`,
  label: n % 2 ? 'arg' : 'glad',
}));

describe('ptask new', () => {
  it('says which columns may be the answer otherwise, where no name says which it is', async () => {
    const lines = REVIEWS.map(({ text, label }, n) => `${n};${label};"${text}"`);
    const dir = await folderWith({ 'omdömen.csv': ['nummer;betyg;åsikt', ...lines].join('\n') });
    const guessed = await run(dir, 'omdömen.csv');
    expect(guessed.stdout).toContain('from "åsikt" to the answer "betyg", one of 2 labels: ');
    expect(guessed.stdout).toContain(
      'No name says which column is the answer; --answer takes another: "åsikt", "nummer"\n',
    );
    const asked = await run(dir, 'omdömen.csv', '--answer', 'åsikt', '--text', 'betyg', '--force');
    expect(asked.stdout).toContain('to the answer "åsikt"');
    expect(asked.stdout).not.toContain('--answer');
  });

  it('calls a task as its file, in any script, and knows its language', async () => {
    const lines = Array.from(
      { length: 40 },
      (_, n) => `${n % 2 ? 'کتاب\u200cهای خوبی' : 'می\u200cخواهم بروم'} ${n},${n % 2 ? 'مثبت' : 'منفی'}`,
    );
    const dir = await folderWith({ 'کتاب\u200cها.csv': ['متن,برچسب', ...lines].join('\n') });
    const { code, stdout } = await run(dir, 'کتاب\u200cها.csv');
    expect(code).toBe(0);
    expect(stdout).toContain('one of 2 labels: "منفی", "مثبت"');
    expect(await taskFile(dir, 'کتاب\u200cها.ptask.json')).toMatchObject({
      language: 'fa',
      new_tasks: ['کتاب\u200cها'],
      task_templates: [
        { prompt_template: '<|VIRTUAL_PROMPT_0|> {متن} برچسب: {برچسب}', labels: { مثبت: [], منفی: [] } },
      ],
    });
  });

  it('makes rows and a task file without problems of a table with semicolons and decimal commas', async () => {
    const lines = REVIEWS.map(({ text, label }, n) => `"${text}";${n},5;${label}`);
    const dir = await folderWith({ 'omdömen.csv': ['text;pris;label', ...lines].join('\r\n') });
    const { code, stdout, stderr } = await run(dir, 'omdömen.csv');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'no problems\n' });
    expect(stdout).toContain('from "text" to the answer "label", one of 2 labels: "glad", "arg"');
    expect(stdout).toContain('Not in its template: "pris"');
    expect(stdout).not.toContain('--answer');
    expect(stdout).toMatch(/^Next: ptask train omdömen\.ptask\.json$/m);
    const task = await taskFile(dir, 'omdömen.ptask.json');
    expect(task).toMatchObject({
      model: 'demo',
      language: 'sv',
      new_tasks: ['omdömen'],
      task_templates: [
        { prompt_template: '<|VIRTUAL_PROMPT_0|> {text} Label: {label}', labels: { glad: [], arg: [] } },
      ],
      data: { train_ds: ['omdömen.train.jsonl'], validation_ds: ['omdömen.validation.jsonl'] },
    });
    expect(await linesOf(dir, 'omdömen.train.jsonl')).toHaveLength(32);
    for (const split of ['validation', 'test']) {
      const rows = await linesOf(dir, `omdömen.${split}.jsonl`);
      expect(rows.map(({ label }) => label).sort()).toEqual(['arg', 'arg', 'glad', 'glad']);
      for (const row of rows) expect(Object.keys(row)).toEqual(['taskname', 'text', 'label']);
    }
    expect(await ptask(['check', 'omdömen.ptask.json'], { cwd: dir })).toMatchObject({ code: 0, stdout: '' });
  });

  it('splits rows in the same way in whatever order they stand', async () => {
    const dir = await folderWith({
      'a.json': JSON.stringify(REVIEWS),
      'b.json': JSON.stringify(REVIEWS.toReversed(), null, 2),
    });
    for (const name of ['a', 'b']) expect(await run(dir, `${name}.json`, '--name', name)).toMatchObject({ code: 0 });
    for (const split of ['train', 'validation', 'test']) {
      const texts = async (name: string) =>
        (await linesOf(dir, `${name}.${split}.jsonl`)).map(({ text }) => text).sort();
      expect(await texts('b')).toEqual(await texts('a'));
    }
  });

  it('takes what is asked for: names, columns of a TSV table, a template, a model and a language', async () => {
    const table = ['q\tcontext\tanswer', ...REVIEWS.map((_, n) => `Q${n}?\tC ${n}\tyes, ${n}`)];
    const dir = await folderWith({ 'faq.tsv': table.join('\n') });
    await writeRandomModel(path.join(dir, 'model'));
    const { code, stderr } = await run(
      dir,
      'faq.tsv',
      '--name',
      'faq/1',
      '--text',
      'context',
      '--model',
      'model',
      '--holdout',
      '0',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'no problems\n' });
    const task = await taskFile(dir, 'faq-1.ptask.json');
    expect(task).toMatchObject({
      model: './model',
      new_tasks: ['faq/1'],
      task_templates: [{ prompt_template: '<|VIRTUAL_PROMPT_0|> {context} Answer: {answer}' }],
      data: { train_ds: ['faq-1.train.jsonl'] },
    });
    for (const key of ['language', 'p_tuning']) expect(task).not.toHaveProperty(key);
    expect(task.data).not.toHaveProperty('validation_ds');
    const template = 'F: {q} T: {context} S:{answer}';
    expect(await run(dir, 'faq.tsv', '--name', 'b', '--template', template, '--language', 'sv')).toMatchObject({
      code: 0,
    });
    expect(await taskFile(dir, 'b.ptask.json')).toMatchObject({
      language: 'sv',
      task_templates: [{ prompt_template: `<|VIRTUAL_PROMPT_0|> ${template}`, answer_field: 'answer' }],
    });
  });

  it('writes a task file alone for lines of JSON that are data files already', async () => {
    const dir = await temporaryFolder();
    for (const split of ['train', 'validation', 'test'] as const)
      await writeJsonl(path.join(dir, `${split}.jsonl`), rowsOf('kind', split));
    await writeRandomModel(path.join(dir, 'model'));
    const { code, stdout } = await run(dir, 'train.jsonl', 'validation.jsonl', 'test.jsonl', '--model', 'model');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Next: ptask train kind\.ptask\.json$/m);
    expect((await readdir(dir)).sort()).toEqual([
      'kind.ptask.json',
      'model',
      'test.jsonl',
      'train.jsonl',
      'validation.jsonl',
    ]);
    expect((await taskFile(dir, 'kind.ptask.json')).data).toMatchObject({
      train_ds: ['train.jsonl'],
      validation_ds: ['validation.jsonl'],
      test_ds: ['test.jsonl'],
    });
    expect((await ptask(['check', 'kind.ptask.json'], { cwd: dir })).code).toBe(0);
  });

  it('overwrites nothing unless it is told to, and the data never', async () => {
    const dir = await folderWith({ 'kind.csv': 'text,label\na,x\nb,y\nc,x\nd,y\n' });
    expect(await run(dir, 'kind.csv')).toMatchObject({ code: 0 });
    const before = await readFile(path.join(dir, 'kind.ptask.json'), 'utf8');
    await writeFile(path.join(dir, 'kind.ptask.json'), `${before}// mine\n`);
    const { code, stdout, stderr } = await run(dir, 'kind.csv', '--model', 'demo-tiny');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: kind\.train\.jsonl, kind\.ptask\.json are there already; --force overwrites/);
    expect(await readFile(path.join(dir, 'kind.ptask.json'), 'utf8')).toContain('// mine');
    expect(await run(dir, 'kind.csv', '--model', 'demo-tiny', '--force')).toMatchObject({ code: 0 });
    expect(await taskFile(dir, 'kind.ptask.json')).toMatchObject({ model: 'demo-tiny' });
    const own = await readFile(path.join(dir, 'kind.train.jsonl'), 'utf8');
    expect(await run(dir, 'kind.train.jsonl', '--force', '--holdout', '20')).toMatchObject({
      code: 1,
      stderr: 'error: kind.train.jsonl is one of the data itself; give another --name or --out\n',
    });
    expect(await readFile(path.join(dir, 'kind.train.jsonl'), 'utf8')).toBe(own);
  });

  it.runIf(HAS_LINKS)('writes through no link', async () => {
    const dir = await folderWith({ 'kind.csv': 'text,label\na,x\nb,y\nc,x\nd,y\n' });
    await symlink(path.join(dir, 'elsewhere'), path.join(dir, 'linked.ptask.json'));
    expect(await run(dir, 'kind.csv', '--name', 'linked', '--force')).toMatchObject({
      code: 1,
      stderr: 'error: linked.ptask.json is a link, through which nothing is written\n',
    });
  });

  it('overwrites none of its files where a folder stands in the place of one', async () => {
    const dir = await folderWith({ 'kind.csv': 'text,label\na,x\nb,y\nc,x\nd,y\n', 'kind.train.jsonl': 'mine\n' });
    await mkdir(path.join(dir, 'kind.ptask.json'));
    expect(await run(dir, 'kind.csv', '--force')).toMatchObject({
      code: 1,
      stderr: 'error: kind.ptask.json is a folder; give another --name or --out\n',
    });
    expect(await readFile(path.join(dir, 'kind.train.jsonl'), 'utf8')).toBe('mine\n');
  });

  it('tells programs what it made', async () => {
    const dir = await folderWith({ 'kind.csv': 'text,label\na,x\nb,y\nc,x\nd,y\nd,y\ne,\n' });
    const { code, stdout, stderr } = await run(dir, 'kind.csv', '--json');
    expect(code).toBe(0);
    expect(events(stdout)).toEqual([
      {
        event: 'new',
        task_file: path.join(dir, 'kind.ptask.json'),
        taskname: 'kind',
        model: 'demo',
        language: 'en',
        fields: ['text'],
        answer_field: 'label',
        labels: ['x', 'y'],
        files: [{ split: 'train', file: path.join(dir, 'kind.train.jsonl'), rows: 4 }],
      },
    ]);
    expect(stderr).toContain('Rows without an answer, which were left out: 1.\n');
    expect(stderr).toContain('Rows that were there already, which were left out: 1.\n');
  });

  it('makes nothing of a table that is at fault, and says where and why', async () => {
    const dir = await folderWith({
      'ragged.csv': 'text,label\nGood, yes\nBad, very bad, no\n',
      'open.csv': 'text,label\n"Good,yes\nBad,no\n',
      'nameless.csv': 'Good,yes\nBad,no\nFine,yes\n',
      'book.csv': Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0, 1),
      'empty.csv': 'text,label\n',
      'object.json': '{\n  "rows": []\n}\n',
      'lists.json': '[{"text": "Good", "user": "me", "Label": ["yes"], "meta": {}}]',
      'nested.json': '[{"tokens": ["Good"], "tags": [0]}]',
      'tags.json': '[{"id": "a", "tokens": ["Good"], "tags": [0]}]',
      'pipes.csv': 'text|label\nGood|yes\n',
    });
    const stderrOf = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(dir, ...args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      return stderr;
    };
    expect(await stderrOf('ragged.csv')).toMatch(
      /^error: ragged\.csv:3: This line has 3 cells.*\nnothing was written\n$/,
    );
    expect(await stderrOf('open.csv')).toMatch(/^error: open\.csv:2: A cell that begins with a quotation mark/);
    expect(await stderrOf('nameless.csv')).toMatch(
      /^error: nameless\.csv:1: The first line of a table names its columns/,
    );
    expect(await stderrOf('book.csv')).toMatch(/^error: book\.csv: It is no text\./);
    expect(await stderrOf('empty.csv')).toMatch(/^error: There are no rows in these files/);
    expect(await stderrOf('object.json')).toMatch(/^error: object\.json:1: This line is not a JSON object/);
    expect(await stderrOf('lists.json')).toBe(
      "error: 'Label' holds lists or objects in lists.json, and an answer is a text; give each row one, or name another field with --answer\n",
    );
    expect(await stderrOf('nested.json')).toBe(
      'error: The rows have no field with texts. These hold lists or objects, of which no text is made: "tokens", "tags".\n',
    );
    expect(await stderrOf('tags.json')).toBe(
      `error: beside the answer 'id' there is no text to answer, since these fields hold lists or objects: "tokens", "tags"; --answer takes another\n`,
    );
    expect(await stderrOf('pipes.csv')).toBe(
      "error: pipes.csv has one column alone, 'text|label': cells are separated by commas, semicolons or tabs\n",
    );
    expect(await stderrOf('none.csv')).toBe('error: none.csv: It is not there.\nnothing was written\n');
    const json = await run(dir, 'ragged.csv', '--json');
    expect(events(json.stdout)).toEqual([
      { event: 'error', file: path.join(dir, 'ragged.csv'), line: 3, message: expect.stringContaining('3 cells') },
    ]);
    expect((await readdir(dir)).filter((name) => name.includes('ptask') || name.includes('jsonl'))).toEqual([]);
  });

  it('says which fields hold lists or objects, and are left out', async () => {
    const rows = REVIEWS.map((row) => ({ ...row, Comments: [], meta: {} }));
    const dir = await folderWith({ 'rows.json': JSON.stringify(rows) });
    expect((await run(dir, 'rows.json')).stderr).toContain(
      'Fields with lists or objects, which were left out: "Comments", "meta".\n',
    );
  });

  it('is told what it cannot do', async () => {
    const rows = REVIEWS.map((row) => `${JSON.stringify({ taskname: 'mood', ...row })}\n`).join('');
    const dir = await folderWith({ 'rows.jsonl': rows, 'test.jsonl': rows });
    const wrong = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(dir, 'rows.jsonl', ...args);
      expect(stdout).toBe('');
      return [code, stderr];
    };
    expect(await wrong('--answer', 'lable')).toEqual([1, expect.stringContaining("did you mean 'label'?")]);
    expect(await wrong('--name', 'other')).toEqual([
      1,
      'error: the rows are of mood, so that --name is one of these\n',
    ]);
    expect(await wrong('--out', 'none')).toEqual([1, "error: there is no folder 'none'\n"]);
    expect(await wrong('--text', 'label')).toEqual([1, expect.stringContaining('there is no text to answer')]);
    expect(await wrong('--holdout', '50')).toEqual([2, expect.stringContaining('--holdout is at most 40 percent')]);
    expect(await wrong('test.jsonl', '--holdout', '5')).toEqual([2, expect.stringContaining('--holdout is for rows')]);
    expect(await wrong('--template', 'What?')).toEqual([2, expect.stringContaining('ends with the answer')]);
    expect(await wrong('--template', '{text} {label')).toEqual([2, expect.stringContaining('--template: ')]);
    expect(await run(dir)).toMatchObject({ code: 2, stderr: expect.stringContaining('which data?') });
  });

  it.each<[string, Record<string, string>, string[], string]>([
    [
      'all rows are for training, and are used as they are',
      { 'rows.jsonl': `${JSON.stringify({ taskname: 'mood', ...REVIEWS[0] })}\n` },
      [],
      '--holdout 10 takes a tenth of each label that has five',
    ],
    ['none are asked for', { 'few.csv': 'text,label\na,x\nb,y\n' }, ['--holdout', '0'], '--holdout 10 takes'],
    ['there are too few', { 'few.csv': 'text,label\na,x\nb,y\n' }, [], 'that takes 5 rows with different texts'],
    [
      'files have splits of their own',
      { 'train.csv': 'text,label\na,x\nb,y\n', 'test.csv': 'text,label\nc,x\nd,y\n' },
      [],
      'they belong in a file with a name such as validation.jsonl',
    ],
  ])('says what to do where there are no validation rows: %s', async (_, files, options, advice) => {
    const { stdout } = await run(await folderWith(files), ...Object.keys(files), ...options);
    expect(stdout).toContain(`so that nothing will say how well the prompt does; ${advice}`);
  });

  it('prints what ptask check says of data that are used as they are', async () => {
    const rows = [...REVIEWS, { text: 'Nothing', label: '' }].map((row) => ({ taskname: 'mood', ...row }));
    const dir = await temporaryFolder();
    await writeJsonl(path.join(dir, 'rows.jsonl'), rows);
    const { code, stdout, stderr } = await run(dir, 'rows.jsonl');
    expect(code).toBe(1);
    expect(stderr).toContain('rows.jsonl:41:');
    expect(stderr).toContain('error row-answer-empty');
    expect(stdout).toContain('Next: mend it, and ptask check mood.ptask.json');
  });
});
