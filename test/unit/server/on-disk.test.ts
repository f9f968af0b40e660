import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environment, row, TRAINING_ROWS, taskFile } from '../task/harness.ts';
import { editor, TASK, TRAIN, uriOf } from './harness.ts';

const SOUND = taskFile();
const SPLITS_OFF = taskFile({ of: '"total_virtual_tokens": 10, "virtual_token_splits": [9]' });

describe('a task file that no editor has open', () => {
  it('is checked as it is on disk, with its data, and again when it changes there', async () => {
    const { service, disk, shown } = editor();
    disk['train.jsonl'] += '\n{';
    service.taskFileOnDisk(TASK, SPLITS_OFF);
    await service.settled();
    expect(shown()).toEqual({ [TASK]: ['split-sum'], [TRAIN]: ['row-syntax'] });
    service.taskFileOnDisk(TASK, SOUND);
    await service.settled();
    expect(shown()).toEqual({ [TRAIN]: ['row-syntax'] });
  });

  it('is checked again when its data changes', async () => {
    const { service, disk, shown } = editor();
    service.taskFileOnDisk(TASK, SOUND);
    await service.settled();
    disk['train.jsonl'] += '\n{';
    service.fileChanged(TRAIN);
    await service.settled();
    expect(shown()).toEqual({ [TRAIN]: ['row-syntax'] });
  });

  it('leaves nothing behind when it is deleted', async () => {
    const { service, disk, shown } = editor();
    disk['train.jsonl'] += '\n{';
    service.taskFileOnDisk(TASK, SPLITS_OFF);
    await service.settled();
    service.taskFileOnDisk(TASK, undefined);
    expect(shown()).toEqual({});
    expect(service.documentSymbols(TASK)).toEqual([]);
  });

  it('is what the editor shows while it is open, and what is on disk again after', async () => {
    const { service, shown } = editor();
    service.taskFileOnDisk(TASK, SPLITS_OFF);
    service.openDocument(TASK, SOUND);
    expect(shown()).toEqual({});
    service.taskFileOnDisk(TASK, `${SPLITS_OFF}\n`);
    expect(shown()).toEqual({});
    service.closeDocument(TASK);
    expect(shown()).toEqual({ [TASK]: ['split-sum'] });
  });

  it('that is deleted while it is open is checked until it is closed', async () => {
    const { service, shown } = editor();
    service.taskFileOnDisk(TASK, SOUND);
    service.openDocument(TASK, SPLITS_OFF);
    service.taskFileOnDisk(TASK, undefined);
    expect(shown()).toEqual({ [TASK]: ['split-sum'] });
    service.closeDocument(TASK);
    expect(shown()).toEqual({});
  });

  it('moves to the uri by which an editor opens it', async () => {
    const { service, shown } = editor();
    service.taskFileOnDisk(TASK, SPLITS_OFF);
    const other = `${TASK.slice(0, 'file:///'.length)}./${TASK.slice('file:///'.length)}`;
    expect(shown()).toEqual({ [TASK]: ['split-sum'] });
    service.openDocument(other, SPLITS_OFF);
    expect(shown()).toEqual({ [other]: ['split-sum'] });
  });
});

describe('task files that no editor has open', () => {
  const paths = ['a', 'b', 'c'].map((name) => uriOf(`project/${name}.ptask.json`));
  const named = (uri: string) =>
    taskFile({ file: `"data": { "train_ds": ["${uri.slice(-'a.ptask.json'.length)[0]}.jsonl"] }` });

  /** An editor whose data files are read when the test says so. */
  function slowDisk() {
    const reading = new Map<string, () => void>();
    const open = editor({
      readFile: (path) =>
        new Promise((resolve) => reading.set(posix.basename(path), () => resolve({ unreadable: 'it is not a file' }))),
    });
    const read = async (name: string) => {
      reading.get(name)!();
      reading.delete(name);
      for (let n = 0; n < 5; n++) await new Promise(setImmediate);
    };
    const begun = async () => {
      for (let n = 0; n < 5; n++) await new Promise(setImmediate);
      return [...reading.keys()];
    };
    return { ...open, read, begun };
  }

  it('are checked one after another', async () => {
    const { service, read, begun } = slowDisk();
    for (const uri of paths) service.taskFileOnDisk(uri, named(uri));
    for (const name of ['a', 'b', 'c']) {
      expect(await begun()).toEqual([`${name}.jsonl`]);
      await read(`${name}.jsonl`);
    }
    await service.settled();
  });

  it('wait for none when they are opened', async () => {
    const { service, read, begun } = slowDisk();
    for (const uri of paths) service.taskFileOnDisk(uri, named(uri));
    await begun();
    service.openDocument(paths[2]!, named(paths[2]!));
    expect(await begun()).toEqual(['a.jsonl', 'c.jsonl']);
    await read('a.jsonl');
    expect(await begun()).toEqual(['c.jsonl']);
    await read('c.jsonl');
    expect(await begun()).toEqual(['b.jsonl']);
  });

  it('go on after one that is deleted while it is checked', async () => {
    const { service, read, begun } = slowDisk();
    for (const uri of paths) service.taskFileOnDisk(uri, named(uri));
    expect(await begun()).toEqual(['a.jsonl']);
    service.taskFileOnDisk(paths[0]!, undefined);
    await read('a.jsonl');
    expect(await begun()).toEqual(['b.jsonl']);
  });
});

it('what a task file names and could not be read is looked for again when that is saved', async () => {
  const refused = new Set<string>();
  const reason = 'the disk reports an input/output error';
  const validation = [row('Vinsten ökar'), row('Vinsten minskar', 'negativa')].join('\n');
  const files = environment({ 'train.jsonl': TRAINING_ROWS, 'validation.jsonl': validation });
  const { service, shown } = editor({
    readFile: async (path) => (refused.has('data') ? { unreadable: reason } : files.readFile(path)),
    model: async (named) => (refused.has('model') ? { kind: 'not-found', missing: [], reason } : files.model(named)),
    promptTable: async (path) =>
      refused.has('table') ? { broken: reason, tasks: new Map() } : files.promptTable(path),
  });
  for (const what of ['data', 'model', 'table']) {
    refused.add(what);
    service.openDocument(TASK, SOUND);
    await service.settled();
    expect(shown()[TASK]?.length).toBeGreaterThan(0);
    refused.clear();
    service.editDocument(TASK, [{ text: `${SOUND}\n` }]);
    await service.settled();
    expect(shown()[TASK]?.length).toBeGreaterThan(0);
    service.documentSaved(TASK);
    await service.settled();
    expect(shown()).toEqual({});
    service.closeDocument(TASK);
  }
});
