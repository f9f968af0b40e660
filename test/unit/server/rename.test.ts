import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Position } from 'vscode-languageserver-types';
import { namesInTaskFile, textOfName } from '../../../server/src/service/names.ts';
import type { RenameResult } from '../../../server/src/service/rename.ts';
import { TaskContext } from '../../../task/src/context.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { TASK_PATH } from '../task/harness.ts';
import { applied, TASK, uriOf } from './harness.ts';
import { type MarkedFiles, type MarkedProject, markedProject, uriOfFile } from './marked-project.ts';

const DATA = '"data": { "train_ds": ["train.jsonl"], "test_ds": ["test.jsonl"] }';

/** The texts after the rename, of files that are not open, too. */
function afterwards({ texts }: MarkedProject, result: RenameResult): Record<string, string> {
  if (result.kind === 'refused') throw new Error(result.message);
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const uri = uriOfFile(name);
      return [name, applied(uri, text, result.edit.changes![uri] ?? [])];
    }),
  );
}

async function renamed(files: MarkedFiles, newName: string): Promise<Record<string, string>> {
  const project = await markedProject(files);
  return afterwards(project, await project.service.rename(project.uri, project.position, newName));
}

describe('rename', () => {
  it('of a task changes its template, the lists, the examples and the rows', async () => {
    expect(
      await renamed(
        {
          task: `{ "new_tasks": ["mood"], "task_templates": [{ "taskname": "mo‸od", "prompt_template": "{mood}" }], ${DATA}, "examples": [{ "taskname": "mood", "mood": "mood" }] }`,
          'train.jsonl': '{"taskname": "mood", "mood": "mood"}\n{"taskname": "echo"}\n',
          'test.jsonl': '{"taskname": "mood"}',
        },
        'feeling "now"',
      ),
    ).toEqual({
      task: `{ "new_tasks": ["feeling \\"now\\""], "task_templates": [{ "taskname": "feeling \\"now\\"", "prompt_template": "{mood}" }], ${DATA}, "examples": [{ "taskname": "feeling \\"now\\"", "mood": "mood" }] }`,
      'train.jsonl': '{"taskname": "feeling \\"now\\"", "mood": "mood"}\n{"taskname": "echo"}\n',
      'test.jsonl': '{"taskname": "feeling \\"now\\""}',
    });
  });

  it('of a field changes that of one task alone, from a row, too', async () => {
    const echo = '{ "taskname": "echo", "prompt_template": "{text}" }';
    expect(
      await renamed(
        {
          task: `{ "task_templates": [{ "taskname": "mood", "prompt_template": "{text}<|VIRTUAL_PROMPT_0|>\\n{text}", "answer_field": "text" }, ${echo}], ${DATA} }`,
          'train.jsonl': '{"taskname": "mood", "te‸xt": "text"}\r\n{"taskname": "echo", "text": "text"}',
        },
        'sentence',
      ),
    ).toEqual({
      task: `{ "task_templates": [{ "taskname": "mood", "prompt_template": "{sentence}<|VIRTUAL_PROMPT_0|>\\n{sentence}", "answer_field": "sentence" }, ${echo}], ${DATA} }`,
      'train.jsonl': '{"taskname": "mood", "sentence": "text"}\r\n{"taskname": "echo", "text": "text"}',
    });
  });

  it('of a label changes what is written so, and none of its other forms', async () => {
    const task = (good: string) =>
      `{ "task_templates": [{ "taskname": "mood", "answer_field": "a", "labels": { "${good}": ["fine"], "bad": [] } }], ${DATA} }`;
    expect(
      await renamed(
        { task: task('go‸od'), 'train.jsonl': '{"taskname": "mood", "a": " good"}\n{"taskname": "mood", "a": "fine"}' },
        'great',
      ),
    ).toEqual({
      task: task('great'),
      'train.jsonl': '{"taskname": "mood", "a": " great"}\n{"taskname": "mood", "a": "fine"}',
    });
  });

  it('of a label with outer blanks keeps them, and of a form changes no label', async () => {
    const task = (good: string, fine: string) =>
      `{ "task_templates": [{ "taskname": "mood", "answer_field": "a", "labels": { " ${good} ": ["${fine}"] } }], ${DATA} }`;
    const rows = (good: string, fine: string) =>
      `{"taskname": "mood", "a": "${good}"}\n{"taskname": "mood", "a": "${fine}"}`;
    expect(await renamed({ task: task('go‸od', 'fine'), 'train.jsonl': rows('good', 'fine') }, 'great')).toEqual({
      task: task('great', 'fine'),
      'train.jsonl': rows('great', 'fine'),
    });
    expect(await renamed({ task: task('good', 'fi‸ne'), 'train.jsonl': rows('good', 'fine') }, 'well')).toEqual({
      task: task('good', 'well'),
      'train.jsonl': rows('good', 'well'),
    });
  });

  it('to what is a name of another task or of another kind is no matter', async () => {
    const task = (text: string) =>
      `{ "task_templates": [{ "taskname": "mood", "prompt_template": "{${text}}", "answer_field": "a", "labels": { "good": [] } }, { "taskname": "echo", "prompt_template": "{word}" }], ${DATA} }`;
    for (const name of ['word', 'mood', 'echo', 'good']) {
      expect(await renamed({ task: task('te‸xt') }, name)).toEqual({ task: task(name) });
    }
  });

  it('to the same name changes nothing', async () => {
    const files = { task: `{ "task_templates": [{ "taskname": "mo‸od" }], ${DATA} }` };
    const { service, uri, position } = await markedProject(files);
    expect(await service.rename(uri, position, 'mood')).toEqual({ kind: 'edit', edit: { changes: {} } });
  });

  it('goes through every task file that shares the data, open or not', async () => {
    const task = (data: string) => `{ "task_templates": [{ "taskname": "mood" }], "data": { "train_ds": [${data}] } }`;
    const project = await markedProject({ task: task('"a.jsonl", "b.jsonl"').replace('"mood', '"‸mood') });
    const shares = uriOf('project/shares.ptask.json');
    const stranger = uriOf('project/stranger.ptask.json');
    project.disk['c.jsonl'] = '{"taskname": "mood"}';
    project.service.taskFileOnDisk(shares, `\uFEFF${task('"c.jsonl", "b.jsonl"')}`);
    project.service.openDocument(stranger, task('"d.jsonl"'));
    const result = await project.service.rename(project.uri, project.position, 'feeling');
    const { changes } = (result as RenameResult & { kind: 'edit' }).edit;
    expect(Object.keys(changes!).toSorted()).toEqual([TASK, uriOfFile('c.jsonl'), shares].toSorted());
    // As an editor opens it, without its byte order mark.
    expect(applied(shares, task('"c.jsonl", "b.jsonl"'), changes![shares]!)).toBe(
      task('"c.jsonl", "b.jsonl"').replace('mood', 'feeling'),
    );
  });

  it('shows the name as it reads, without quotes, braces or escapes', async () => {
    const { service, uri, position } = await markedProject({
      task: `{ "task_templates": [{ "taskname": "mood", "prompt_template": "{\\u0074e‸xt}" }], ${DATA} }`,
    });
    expect(service.prepareRename(uri, position)).toEqual({
      range: { start: { line: 0, character: 64 }, end: { line: 0, character: 73 } },
      placeholder: 'text',
    });
  });

  it('says of a trained task that the prompt table keeps its old name', async () => {
    const trained = { virtualTokens: 1, hidden: 4 };
    const project = await markedProject(
      { task: `{ "existing_tasks": ["‸mood", "echo"], ${DATA} }` },
      { promptTable: async () => ({ tasks: new Map([['mood', trained]]) }) },
    );
    const result = await project.service.rename(project.uri, project.position, 'feeling');
    expect(result).toMatchObject({ kind: 'edit', note: expect.stringContaining('keeps the trained prompt of "mood"') });
  });

  it('says nothing of the prompt table where the task is not trained, or keeps its name', async () => {
    const tasks = new Map([['mood', { virtualTokens: 1, hidden: 4 }]]);
    for (const template of [
      '{ "taskname": "mood", "prompt_template": "{te‸xt}" }',
      '{ "taskname": "mood" }, { "taskname": "ec‸ho" }',
    ]) {
      const project = await markedProject(
        { task: `{ "task_templates": [${template}], ${DATA} }` },
        { promptTable: async () => ({ tasks }) },
      );
      const result = await project.service.rename(project.uri, project.position, 'other');
      expect(result).toEqual({ kind: 'edit', edit: expect.anything() });
    }
  });

  describe('is refused', () => {
    const refusal = async (files: MarkedFiles, newName: string, changes: Partial<CheckEnvironment> = {}) => {
      const { service, uri, position } = await markedProject(files, changes);
      const result = await service.rename(uri, position, newName);
      return result.kind === 'refused' ? result.message : undefined;
    };
    const task = (marked: string) => ({ task: `{ "task_templates": [${marked}], ${DATA} }` });
    const aTask = task('{ "taskname": "mo‸od" }');
    const aField = task('{ "taskname": "mood", "prompt_template": "{te‸xt}" }');
    const aLabel = task(
      '{ "taskname": "mood", "answer_field": "a", "labels": { "go‸od": ["fine"], "bad": ["worse"] } }',
    );

    it.each<[string, MarkedFiles, string]>([
      ['an empty name', aTask, ''],
      ['a name of blanks', aTask, ' '],
      ['blanks in front', aTask, ' mood'],
      ['outer blanks', aLabel, 'great '],
      ['a task that no prompt table can hold', aTask, '__metadata__'],
      ['the key that names the task', aField, 'taskname'],
      ['braces in a field', aField, 'a}b'],
      ['a marker in a field', aField, '<|VIRTUAL_PROMPT_0|>'],
      ['a line break in a field', aField, 'a\nb'],
      ['a form of the same label', aLabel, 'fine'],
      ['a form of another label', aLabel, 'worse'],
    ])('for %s', async (_, files, newName) => {
      expect(await refusal(files, newName)).toBeTypeOf('string');
    });

    it.each<[string, MarkedFiles, string, string]>([
      [
        'a task "echo"',
        task('{ "taskname": "mo‸od" }, { "taskname": "echo" }'),
        'echo',
        'assistant.ptask.json, line 1',
      ],
      ['a task "echo"', { ...aTask, 'train.jsonl': '\n{"taskname": "echo"}' }, 'echo', 'train.jsonl, line 2'],
      [
        'a field "label" of "mood"',
        task('{ "taskname": "mood", "prompt_template": "{te‸xt} {label}" }'),
        'label',
        'assistant.ptask.json, line 1',
      ],
      ['a field "x" of "mood"', { ...aField, 'test.jsonl': '{"taskname": "mood", "x": 1}' }, 'x', 'test.jsonl, line 1'],
      [
        'a label "great" of "mood"',
        { ...aLabel, 'test.jsonl': '{"taskname": "mood", "a": "great"}' },
        'great',
        'test.jsonl, line 1',
      ],
    ])('where there is %s already, and says where', async (what, files, newName, where) => {
      expect(await refusal(files, newName)).toBe(`There is ${what} already: ${where}.`);
    });

    it('where a task has no name yet', async () => {
      const unnamed = task('{ "taskname": "", "prompt_template": "{te‸xt}" }');
      expect(await refusal(unnamed, 'word')).toBe('Give the task a name first.');
    });

    it('where a data file cannot be read', async () => {
      const message = await refusal(aTask, 'feeling', { readFile: async () => ({ unreadable: 'it is locked' }) });
      expect(message).toBe('train.jsonl cannot be read: it is locked');
    });

    it('where a text is changed meanwhile', async () => {
      const row = '{"taskname": "mood"}';
      const { service, uri, position, texts } = await markedProject({ ...aTask, 'train.jsonl': row });
      const rows = uriOfFile('train.jsonl');
      service.openDocument(rows, row);
      for (const [changed, text] of [
        [rows, ` ${row}`],
        [uri, ` ${texts.task}`],
      ] as const) {
        const result = service.rename(uri, position, 'feeling');
        service.editDocument(changed, [{ text }]);
        expect(await result).toMatchObject({ kind: 'refused', message: expect.stringContaining('changed meanwhile') });
      }
    });

    it('where nothing is named', async () => {
      expect(await refusal({ task: '{ "mo‸del": "demo" }' }, 'x')).toContain('can be renamed');
    });
  });

  it('and back gives the same texts', async () => {
    const names = ['a', 'b', 'c', 'text', 'å', 'two words', 'say "x"', '\\', '\ud83d\ude00', '__proto__'];
    const name = fc.constantFrom(...names);
    const rowFields = fc.tuple(fc.dictionary(name, name, { maxKeys: 3 }), name);
    const row = rowFields.map(([fields, taskname]) => ({ ...fields, taskname }));
    const dataFile = fc
      .tuple(fc.array(row, { maxLength: 4 }), fc.constantFrom('\n', '\r\n', '\r'))
      .map(([rows, end]) => rows.map((value) => JSON.stringify(value)).join(end));
    // What has one name already cannot be told apart, so each label and form stands once.
    const labels = fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).map((texts) => {
      const [first, second, ...forms] = texts;
      return Object.fromEntries([[first, forms], ...(second === undefined ? [] : [[second, []]])]);
    });
    const template = fc.record({
      taskname: name,
      prompt_template: fc.array(name, { maxLength: 4 }).map((fields) => fields.map((f) => `{${f}}`).join('\n')),
      answer_field: name,
      labels,
    });
    const templates = fc.uniqueArray(template, { minLength: 1, maxLength: 3, selector: ({ taskname }) => taskname });
    const taskFile = fc
      .record({ templates, examples: fc.array(row, { maxLength: 3 }) })
      .map(({ templates, examples }) => {
        const data = { train_ds: 'train.jsonl', test_ds: ['test.jsonl'] };
        const new_tasks = templates.map(({ taskname }) => taskname);
        return JSON.stringify({ new_tasks, task_templates: templates, data, examples }, undefined, 1);
      });

    const files = fc.record({ task: taskFile, 'train.jsonl': dataFile, 'test.jsonl': dataFile });
    await fc.assert(
      fc.asyncProperty(files, fc.double({ min: 0, max: 0.999, noNaN: true }), async (texts, where) => {
        const project = await markedProject(texts);
        const all = renamable(project);
        const { position, placeholder } = all[Math.floor(where * all.length)]!;
        const there = afterwards(project, await project.service.rename(TASK, position, 'quite new'));
        expect(there).not.toEqual(texts);
        const again = await markedProject(there as MarkedFiles);
        const found = renamable(again).find((target) => target.placeholder === 'quite new')!;
        const back = afterwards(again, await again.service.rename(TASK, found.position, placeholder));
        expect(back).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });
});

/** Every place in the task file that can be renamed. */
function renamable({ texts }: MarkedProject): { position: Position; placeholder: string }[] {
  const context = new TaskContext(TASK_PATH, texts.task!);
  return namesInTaskFile(context).map(({ name, start }) => ({
    position: context.lines.position(start),
    placeholder: textOfName(name),
  }));
}
