import { describe, expect, it } from 'vitest';
import { demoModel, row, taskFile } from '../task/harness.ts';
import { editor, TASK, TRAIN, uriOf } from './harness.ts';

const BAD_ROW = '{ "taskname": "sentiment-task", "sentence": 1, "label": "positiva" }';
const SPLITS_OFF = taskFile({ of: '"total_virtual_tokens": 10, "virtual_token_splits": [9]' });

describe('a task file that is opened', () => {
  it('shows the problems of its own text before anything is read', () => {
    const { service, shown } = editor({ readFile: () => new Promise(() => {}) });
    service.openDocument(TASK, SPLITS_OFF);
    expect(shown()).toEqual({ [TASK]: ['split-sum'] });
    expect(service.diagnostics(TASK)).toMatchObject([{ code: 'split-sum', severity: 1, source: 'ptask' }]);
  });

  it('shows problems of rows in their own file, at their line, when they have been read', async () => {
    const { service, disk, shown } = editor();
    disk['train.jsonl'] += `\n${BAD_ROW}`;
    service.openDocument(TASK, taskFile());
    await service.settled();
    expect(shown()).toEqual({ [TRAIN]: ['row-field-type'] });
    expect(service.diagnostics(TRAIN)).toMatchObject([
      { range: { start: { line: 2, character: 44 }, end: { line: 2, character: 45 } } },
    ]);
  });

  it('shows what the model and the prompt table say', async () => {
    const { service, shown } = editor();
    service.openDocument(TASK, taskFile({ file: '"model": "nowhere", "existing_tasks": ["sentiment-task"]' }));
    await service.settled();
    expect(shown()[TASK]?.toSorted()).toEqual(['model-not-found', 'task-not-trained']);
  });

  it('shows rows that are too long though they are short to look at, on disk and open', async () => {
    // A letter may be as many tokens as it has bytes, and a tokeniser may find one more in a pair of them.
    const tokenizer = { encode: (text: string) => [...text].flatMap((letter) => (letter < '\x7f' ? [1] : [1, 2, 3])) };
    const { service, disk, shown } = editor({
      model: async () => Object.assign({ ...demoModel }, { tokenizer, maxPositions: 1000 }),
    });
    disk['train.jsonl'] = [row('é'.repeat(200)), row('é'.repeat(150))].join('\n');
    service.openDocument(TASK, taskFile({ file: '"data": { "train_ds": ["train.jsonl"], "max_seq_length": 500 }' }));
    await service.settled();
    expect(shown()).toMatchObject({ [TRAIN]: ['row-too-long'] });
    service.openDocument(TRAIN, `${disk['train.jsonl']}\n`);
    await service.settled();
    expect(shown()).toMatchObject({ [TRAIN]: ['row-too-long'] });
  });

  it('shows nothing when all is well', async () => {
    const { service, shown } = editor();
    service.openDocument(TASK, taskFile());
    await service.settled();
    expect(shown()).toEqual({});
  });

  it('says which file a missing one may be as files come and go beside it, and keeps what else it shows', async () => {
    const { service, disk, shown } = editor();
    disk['validation.jsonl'] += `\n${BAD_ROW}`;
    const names = '"train_ds": ["trian.jsonl"], "validation_ds": ["validation.jsonl"]';
    service.openDocument(TASK, taskFile({ file: `"data": { ${names}, "max_seq_length": 48 }` }));
    await service.settled();
    const [missing] = service.diagnostics(TASK);
    expect(missing).toMatchObject({ code: 'data-not-found', message: expect.stringContaining('"train.jsonl"?') });
    const before = shown();

    disk['trains.jsonl'] = disk['train.jsonl']!;
    delete disk['train.jsonl'];
    for (const name of ['train.jsonl', 'trains.jsonl']) service.fileChanged(uriOf(`project/${name}`));
    expect(shown()).toEqual(before);
    await service.settled();
    expect(shown()).toEqual(before);
    expect(service.diagnostics(TASK)[0]?.message).toContain('"trains.jsonl"?');

    // One that an editor has open goes like any other.
    service.openDocument(uriOf('project/trains.jsonl'), disk['trains.jsonl']);
    delete disk['trains.jsonl'];
    service.fileChanged(uriOf('project/trains.jsonl'));
    await service.settled();
    expect(service.diagnostics(TASK)[0]?.message).not.toContain('?');
  });

  it('says so, too, where it is edited while the file is looked for', async () => {
    let beside = ['train.jsonl'];
    let look = async () => {};
    const { service } = editor({
      namesBeside: async () => {
        await look();
        return beside;
      },
    });
    service.openDocument(TASK, taskFile({ file: '"data": { "train_ds": ["trian.jsonl"], "max_seq_length": 48 }' }));
    await service.settled();
    let found = () => {};
    const looked = new Promise<void>((resolve) => {
      look = () => {
        resolve();
        return new Promise((end) => {
          found = end;
        });
      };
    });
    beside = ['trains.jsonl'];
    service.fileChanged(TRAIN);
    await looked;
    service.editDocument(TASK, [
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: ' ' },
    ]);
    found();
    await service.settled();
    expect(service.diagnostics(TASK)[0]?.message).toContain('"trains.jsonl"?');
  });

  it('points at the row behind a problem of the template', async () => {
    const { service } = editor();
    service.openDocument(TASK, taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentense}:{label}"' }));
    await service.settled();
    const unknown = service.diagnostics(TASK).find(({ code }) => code === 'placeholder-unknown');
    expect(unknown?.relatedInformation?.map(({ location }) => location.uri)).toEqual([TRAIN]);
  });
});

describe('nothing stale stays', () => {
  it('when the task file is changed', async () => {
    const { service, shown } = editor();
    service.openDocument(TASK, SPLITS_OFF);
    await service.settled();
    service.editDocument(TASK, [{ text: taskFile() }]);
    expect(shown()).toEqual({});
    await service.settled();
    expect(shown()).toEqual({});
  });

  it('when the task file no longer names the data', async () => {
    const { service, disk, shown } = editor();
    disk['train.jsonl'] += `\n${BAD_ROW}`;
    service.openDocument(TASK, taskFile());
    await service.settled();
    service.editDocument(TASK, [{ text: taskFile({ file: '"data": { "train_ds": ["validation.jsonl"] }' }) }]);
    await service.settled();
    expect(shown()).toEqual({});
  });

  it('when data change that the task file has come to name', async () => {
    const { service, disk, shown } = editor();
    service.openDocument(TASK, taskFile());
    service.editDocument(TASK, [{ text: taskFile({ file: '"data": { "train_ds": ["more/rows.jsonl"] }' }) }]);
    disk['more/rows.jsonl'] = BAD_ROW;
    await service.settled();
    const rows = uriOf('project/more/rows.jsonl');
    expect(shown()).toMatchObject({ [rows]: ['row-field-type'] });
    disk['more/rows.jsonl'] = disk['train.jsonl']!;
    service.fileChanged(rows);
    await service.settled();
    expect(shown()[rows]).toBeUndefined();
  });

  it('when the task file is closed', async () => {
    const { service, disk, shown } = editor();
    disk['train.jsonl'] += `\n${BAD_ROW}`;
    service.openDocument(TASK, SPLITS_OFF);
    await service.settled();
    expect(Object.keys(shown())).toEqual(expect.arrayContaining([TASK, TRAIN]));
    service.closeDocument(TASK);
    expect(shown()).toEqual({});
    expect(service.diagnostics(TRAIN)).toEqual([]);
  });

  it('when it is closed while a check runs', async () => {
    let go = () => {};
    const { service, disk, shown } = editor({}, () => new Promise<void>((resolve) => (go = resolve)));
    disk['train.jsonl'] += `\n${BAD_ROW}`;
    service.openDocument(TASK, taskFile());
    service.closeDocument(TASK);
    expect(shown()).toEqual({});
    go();
    await new Promise(setImmediate);
    expect(shown()).toEqual({});
  });

  it('when a data file is mended, deleted or made by another program', async () => {
    const { service, disk, shown } = editor();
    const sound = disk['train.jsonl']!;
    disk['train.jsonl'] = `${sound}\n${BAD_ROW}`;
    service.openDocument(TASK, taskFile());
    await service.settled();
    expect(shown()).toEqual({ [TRAIN]: ['row-field-type'] });

    delete disk['train.jsonl'];
    service.fileChanged(TRAIN);
    await service.settled();
    expect(shown()[TRAIN]).toBeUndefined();
    expect(shown()[TASK]).toContain('data-not-found');

    disk['train.jsonl'] = sound;
    service.fileChanged(TRAIN);
    await service.settled();
    expect(shown()).toEqual({});
  });

  it('when the folder with the data goes', async () => {
    const { service, disk, shown } = editor();
    service.openDocument(TASK, taskFile({ file: '"data": { "train_ds": ["rows/a.jsonl"] }' }));
    await service.settled();
    expect(shown()[TASK]).toContain('data-not-found');
    disk['rows/a.jsonl'] = [row('a'), row('b', 'negativa')].join('\n');
    service.fileChanged(uriOf('project/rows'));
    await service.settled();
    expect(shown()).toEqual({});
  });
});

describe('a data file that is open', () => {
  it('is checked as it stands in the editor, and as on disk again when it is closed', async () => {
    const { service, shown } = editor();
    service.openDocument(TASK, taskFile());
    service.openDocument(TRAIN, BAD_ROW);
    await service.settled();
    expect(shown()[TRAIN]).toEqual(['row-field-type']);
    service.editDocument(TRAIN, [{ text: `${row('a')}\n${row('b', 'negativa')}` }]);
    await service.settled();
    expect(shown()).toEqual({});
    service.editDocument(TRAIN, [{ text: BAD_ROW }]);
    service.closeDocument(TRAIN);
    await service.settled();
    expect(shown()).toEqual({});
  });

  it('that two task files name shows each problem once, until both are closed', async () => {
    const { service, disk, shown } = editor();
    const other = uriOf('project/other.ptask.json');
    disk['train.jsonl'] += `\n${BAD_ROW}`;
    service.openDocument(TASK, taskFile());
    service.openDocument(other, taskFile());
    await service.settled();
    expect(shown()).toEqual({ [TRAIN]: ['row-field-type'] });
    service.closeDocument(TASK);
    expect(shown()).toEqual({ [TRAIN]: ['row-field-type'] });
    service.closeDocument(other);
    expect(shown()).toEqual({});
  });
});

it('what only one of several task files says of a data file is shown, too', async () => {
  const { service, shown } = editor();
  service.openDocument(TASK, taskFile());
  const labels = '"labels": { "positiva": [], "neutral": [] }';
  service.openDocument(uriOf('project/other.ptask.json'), taskFile({ of: labels }));
  service.openDocument(TRAIN, `${row('a')}\n{"taskname": "another"}\n${row('b', 'negativa')}`);
  await service.settled();
  expect(shown()[TRAIN]).toEqual(['row-taskname', 'row-label-unknown']);
});

it('what several task files say of a data file is told at once when it is typed in, with no place from before', async () => {
  const { service, told } = editor();
  for (const name of ['a', 'b', 'c']) service.openDocument(uriOf(`project/${name}.ptask.json`), taskFile());
  service.openDocument(TRAIN, BAD_ROW);
  await service.settled();
  told.length = 0;
  service.editDocument(TRAIN, [
    { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: '\n' },
  ]);
  const lines = told.map(({ uri, diagnostics }) => [uri, diagnostics.map(({ range }) => range.start.line)]);
  expect(lines).toEqual([[TRAIN, [1]]]);
});

describe('a check in the background', () => {
  it('asks for model and prompt table once, and again where the file names others', async () => {
    const asked: string[] = [];
    const { service } = editor({
      async model({ model }) {
        asked.push(model);
        return demoModel;
      },
      promptTable: async (path) => void asked.push(path),
    });
    const table = 'project/assistant.prompts.safetensors';
    service.openDocument(TASK, taskFile());
    await service.settled();
    service.editDocument(TASK, [{ text: taskFile({ of: '"total_virtual_tokens": 12' }) }]);
    service.fileChanged(TRAIN);
    await service.settled();
    expect(asked).toEqual(['demo', table]);
    service.editDocument(TASK, [{ text: taskFile().replace('"demo"', '"other"') }]);
    await service.settled();
    expect(asked).toEqual(['demo', table, 'other', table]);
  });

  it('keeps what it has read of a file whose name is being typed, and not of one that is no longer named', async () => {
    async function* blank() {
      yield new TextEncoder().encode('\n');
    }
    const read: string[] = [];
    const { service } = editor({
      readFile: async (path) => {
        read.push(path);
        return path.endsWith('.jsonl') ? blank() : 'not-found';
      },
    });
    service.openDocument(TASK, '{}');
    const readFor = async (name: string) => {
      read.length = 0;
      service.editDocument(TASK, [{ text: `{ "data": { "train_ds": "${name}" } }` }]);
      await service.settled();
      return [...read];
    };
    expect(await readFor('a.jsonl')).toEqual(['project/a.jsonl']);
    expect(await readFor('a.json')).toEqual(['project/a.json']);
    expect(await readFor('a.jsonl')).toEqual([]);
    expect(await readFor('b.jsonl')).toEqual(['project/b.jsonl']);
    expect(await readFor('a.jsonl')).toEqual(['project/a.jsonl']);
  });

  it('is given up when a newer text comes, and its problems are never shown', async () => {
    const waiting: (() => void)[] = [];
    const { service, shown, errors } = editor({}, () => new Promise<void>((resolve) => waiting.push(resolve)));
    service.openDocument(TASK, taskFile());
    service.editDocument(TASK, [{ text: taskFile({ file: '"model": "nowhere"' }) }]);
    const [older, newer] = waiting;
    newer!();
    await service.settled();
    older!();
    await new Promise(setImmediate);
    expect(shown()).toEqual({ [TASK]: ['model-not-found'] });
    expect(errors).toEqual([]);
  });

  it('that fails tells the host and leaves the problems of the text', async () => {
    const { service, shown, errors } = editor({ model: () => Promise.reject(new Error('no memory')) });
    service.openDocument(TASK, SPLITS_OFF);
    await service.settled();
    expect(errors).toMatchObject([{ message: 'no memory' }]);
    expect(shown()).toEqual({ [TASK]: ['split-sum'] });
  });
});

describe('the host', () => {
  it('is told under the uri that the editor uses for a file, and the other spelling is cleared', async () => {
    const { service, disk, shown } = editor();
    disk['train.jsonl'] = `${disk['train.jsonl']}\n${BAD_ROW}`;
    service.openDocument(TASK, taskFile());
    await service.settled();
    const spelling = 'FILE:///project/train.jsonl';
    service.openDocument(spelling, BAD_ROW);
    await service.settled();
    expect(shown()).toMatchObject({ [spelling]: ['row-field-type'] });
    expect(shown()[TRAIN]).toBeUndefined();
  });

  it('is told nothing after the service is disposed of', async () => {
    const { service, shown } = editor();
    service.openDocument(TASK, taskFile({ file: '"model": "nowhere"' }));
    service.dispose();
    await new Promise(setImmediate);
    expect(shown()).toEqual({});
  });
});
