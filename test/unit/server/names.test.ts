import { describe, expect, it } from 'vitest';
import { DocumentHighlightKind } from 'vscode-languageserver-types';
import { type MarkedFiles, markedProject, places, sorted } from './marked-project.ts';

const DATA = '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["validation.jsonl"] }';

/** All places that mean the name at the cursor are those that are marked, whichever of them the cursor stands in. */
async function expectReferences(files: MarkedFiles): Promise<void> {
  const { service, uri, position, marked } = await markedProject(files);
  const found = await service.references(uri, position, { includeDeclaration: true });
  expect(sorted(places(found))).toEqual(sorted(marked));
}

async function expectDefinition(files: MarkedFiles): Promise<void> {
  const { service, uri, position, marked } = await markedProject(files);
  const found = service.definitions(uri, position);
  expect(found.map(({ targetUri, targetRange }) => places([{ uri: targetUri, range: targetRange }])[0])).toEqual(
    marked,
  );
}

async function expectHighlights(files: MarkedFiles): Promise<void> {
  const { service, uri, position, marked } = await markedProject(files);
  const found = service.documentHighlights(uri, position);
  expect(sorted(places(found.map(({ range }) => ({ uri, range }))))).toEqual(sorted(marked));
}

describe('references', () => {
  it('of a task: its template, the lists of tasks, examples and rows', async () => {
    await expectReferences({
      task: `{
        "new_tasks": ["⟦mo‸od⟧", "echo"], "existing_tasks": ["⟦mood⟧"],
        "task_templates": [{ "taskname": "⟦mood⟧", "prompt_template": "mood {mood}" }, { "taskname": "echo" }],
        ${DATA},
        "examples": [{ "taskname": "⟦mood⟧", "mood": "mood" }, { "taskname": "echo" }]
      }`,
      'train.jsonl': '{"taskname": "⟦mood⟧", "mood": "mood"}\n{"taskname": "echo", "mood": "x"}',
      'validation.jsonl': '\n{"mood": "a", "taskname":"⟦mood⟧"}\n',
    });
  });

  it('of a field: placeholders, the fields of the template, and keys of the rows of this task alone', async () => {
    await expectReferences({
      task: `{
        "task_templates": [
          { "taskname": "mood", "prompt_template": "{⟦te‸xt⟧} text <|VIRTUAL_PROMPT_0|>{⟦text⟧}{label}", "truncate_field": "⟦text⟧", "answer_field": "label" },
          { "taskname": "echo", "prompt_template": "{text}" },
        ],
        ${DATA},
        "examples": [{ "taskname": "mood", "⟦text⟧": "text" }, { "taskname": "echo", "text": "" }, { "text": "no task" }]
      }`,
      'train.jsonl':
        '{"taskname": "mood", "⟦text⟧": "text"}\n{"taskname": "echo", "text": "x"}\n{"⟦text⟧": 7, "taskname": "mood"}',
    });
  });

  it('of a label: its entry, its forms and the answers that mean it, whatever their blanks', async () => {
    await expectReferences({
      task: `{
        "task_templates": [{
          "taskname": "mood", "prompt_template": "{text}:{answer}", "answer_field": "answer",
          "labels": { "⟦go‸od⟧": ["⟦fine⟧", " ⟦well⟧ "], "bad": ["good"] }
        }],
        ${DATA},
        "examples": [{ "taskname": "mood", "answer": "⟦good⟧" }, { "taskname": "mood", "text": "good" }]
      }`,
      'train.jsonl':
        '{"taskname": "mood", "text": "good", "answer": " ⟦good⟧"}\n{"taskname": "mood", "answer": "⟦well⟧"}\n{"taskname": "mood", "answer": "bad"}',
    });
  });

  it('of a label that several templates of the task have: each place once', async () => {
    const template = (field: string) =>
      `{ "taskname": "mood", "answer_field": "${field}", "labels": { "⟦good⟧": [] } }`;
    await expectReferences({
      task: `{ "task_templates": [${['answer', 'answer', 'tone'].map(template).join()}], ${DATA} }`,
      'train.jsonl': '{"taskname": "mood", "answer": "⟦go‸od⟧", "tone": "⟦good⟧"}',
    });
  });

  it('of a form that two labels claim: that of the label alone', async () => {
    await expectReferences({
      task: `{
        "task_templates": [{ "taskname": "mood", "answer_field": "answer", "labels": { "good": ["⟦fi‸ne⟧"], "bad": ["fine"] } }],
        ${DATA}
      }`,
      'train.jsonl': '{"taskname": "mood", "answer": "⟦fine⟧"}',
    });
  });

  it('of a label with outer blanks: its forms too', async () => {
    await expectReferences({
      task: `{
        "task_templates": [{ "taskname": "mood", "answer_field": "answer", "labels": { " ⟦go‸od⟧ ": ["⟦fine⟧"] } }],
        ${DATA}
      }`,
      'train.jsonl': '{"taskname": "mood", "answer": "⟦fine⟧"}\n{"taskname": "mood", "answer": "⟦good⟧"}',
    });
  });

  it('of rows whose task is written with escapes are found, too', async () => {
    await expectReferences({
      task: `{ "task_templates": [{ "taskname": "⟦mo‸od⟧" }], ${DATA} }`,
      'train.jsonl': '{"taskname": "⟦m\\u006fod⟧"}',
    });
  });

  it('of an answer are those of each template that knows it by another label', async () => {
    const template = (label: string, form: string) =>
      `{ "taskname": "mood", "answer_field": "answer", "labels": { "${label}": ["${form}"] } }`;
    const expectWith = (...templates: readonly string[]) =>
      expectReferences({
        task: `{ "task_templates": [${templates.join()}], ${DATA} }`,
        'train.jsonl': '{"taskname": "mood", "answer": "⟦yes⟧"}',
      });
    await expectWith(template('⟦go‸od⟧', '⟦yes⟧'), template('right', 'yes'));
    await expectWith(template('good', 'yes'), template('⟦ri‸ght⟧', '⟦yes⟧'));
  });

  it('of one form of a label: that form alone', async () => {
    await expectReferences({
      task: `{
        "task_templates": [{ "taskname": "mood", "answer_field": "answer", "labels": { "good": ["⟦fi‸ne⟧"] } }],
        ${DATA}
      }`,
      'train.jsonl': '{"taskname": "mood", "answer": "⟦fine⟧"}\n{"taskname": "mood", "answer": "good"}',
    });
  });

  it('from a row lead to the task file and the other data files', async () => {
    const task = (name: string) =>
      `{ "task_templates": [{ "taskname": "mood", "prompt_template": "${name}" }], ${DATA} }`;
    await expectReferences({
      task: task('{⟦text⟧}'),
      'train.jsonl': '{"taskname": "mood", "⟦te‸xt⟧": "a"}',
      'validation.jsonl': '{"taskname": "mood", "⟦text⟧": "b"}',
    });
    await expectReferences({
      task: task('{text}').replace('mood', '⟦mood⟧'),
      'train.jsonl': '{"text": "a", "taskname": "⟦mood‸⟧"}',
    });
  });

  it('count escapes, carriage returns and byte order marks', async () => {
    await expectReferences({
      task: `\uFEFF{\r\n"task_templates": [{ "taskname": "\\u006dood \\"1\\"",\r"prompt_template": "\\u003c|VIRTUAL_PROMPT_0|>\\n{⟦t\\u0065xt⟧}\\n{⟦te‸xt⟧}" }],\r\n${DATA} }`,
      'train.jsonl':
        '\uFEFF{"taskname": "mood \\"1\\"", "⟦te\\u0078t⟧": "\\n"}\r\n\r{"taskname": "mood \\"1\\"", "⟦text⟧": ""}',
    });
  });

  it('count a byte order mark of an open data file, which its editor shows as a character', async () => {
    await expectReferences({
      task: `{ "task_templates": [{ "taskname": "mood", "prompt_template": "{⟦text⟧}" }], ${DATA} }`,
      'train.jsonl': '\uFEFF{"taskname": "mood", "⟦te‸xt⟧": "a"}\n{"taskname": "mood", "⟦text⟧": "a"}',
    });
  });

  it('are found in text that does not parse, in the task file as in its rows', async () => {
    await expectReferences({
      task: `{ ${DATA}, , "task_templates": [{ "taskname": "mood", "prompt_template": "{⟦text⟧}", "answer_field": "⟦te‸xt⟧`,
      'train.jsonl': '{"taskname": "mood", "⟦text⟧": "a"\n{"taskname": "mood" "⟦text⟧": }\nnothing',
    });
  });

  it('are left out at definitions where these are not wanted', async () => {
    const { service, uri, position, marked } = await markedProject({
      task: `{ "task_templates": [{ "taskname": "mo‸od" }], "new_tasks": ["⟦mood⟧"], ${DATA} }`,
    });
    expect(places(await service.references(uri, position, { includeDeclaration: false }))).toEqual(marked);
  });

  it('are none of what is no name', async () => {
    const { service, uri } = await markedProject({ task: `{ "model": "demo", ${DATA} }` });
    const position = { line: 0, character: 14 };
    expect(await service.references(uri, position, { includeDeclaration: true })).toEqual([]);
    expect(service.definitions(uri, position)).toEqual([]);
    expect(service.documentHighlights(uri, position)).toEqual([]);
    expect(service.prepareRename(uri, position)).toBeUndefined();
  });

  it('take an open data file as it stands in the editor, and pass over one that cannot be read', async () => {
    const { service, uri, position } = await markedProject(
      {
        task: `{ "task_templates": [{ "taskname": "mo‸od" }], ${DATA} }`,
        'train.jsonl': '{"taskname": "mood"}',
      },
      { readFile: async () => ({ unreadable: 'it is locked' }) },
    );
    const all = async () => places(await service.references(uri, position, { includeDeclaration: true }));
    expect(await all()).toEqual(['assistant.ptask.json 0:36-0:40']);
    service.openDocument(uri.replace('assistant.ptask.json', 'validation.jsonl'), '\n{"taskname": "mood"}');
    expect(await all()).toEqual(['assistant.ptask.json 0:36-0:40', 'validation.jsonl 1:14-1:18']);
  });

  it('end when they are no longer wanted, before a file is read to its end, and close it', async () => {
    const given = new AbortController();
    const pieces: string[] = [];
    let isAsked = false;
    async function* piecemeal() {
      try {
        for (const piece of ['first', 'second', 'third']) {
          pieces.push(piece);
          if (piece === 'second' && isAsked) given.abort(new Error('no longer wanted'));
          yield new TextEncoder().encode(`{"taskname": "mood", "text": "${piece}"}\n`);
        }
      } finally {
        pieces.push('closed');
      }
    }
    const { service, uri, position } = await markedProject(
      { task: `{ "task_templates": [{ "taskname": "mo‸od" }], "data": { "train_ds": "train.jsonl" } }` },
      { readFile: async () => piecemeal() },
    );
    pieces.length = 0;
    isAsked = true;
    const found = service.references(uri, position, { includeDeclaration: true }, given.signal);
    await expect(found).rejects.toThrow('no longer wanted');
    expect(pieces).toEqual(['first', 'second', 'closed']);
  });
});

describe('the definition', () => {
  it('of a task in a list, an example or a row is its template', async () => {
    const files = (list: string, row: string): MarkedFiles => ({
      task: `{ "task_templates": [{ "taskname": "⟦mood⟧" }], "new_tasks": ["${list}"], ${DATA} }`,
      'train.jsonl': `{"taskname": "${row}"}`,
    });
    await expectDefinition(files('mo‸od', 'mood'));
    await expectDefinition(files('mood', '‸mood'));
  });

  it('of a task with two templates are both', async () => {
    await expectDefinition({
      task: `{ "task_templates": [{ "taskname": "⟦mood⟧" }, { "taskname": "⟦mood⟧" }], "new_tasks": ["mo‸od"], ${DATA} }`,
    });
  });

  it('is told with the name that was asked about', async () => {
    const { service, uri, position } = await markedProject({
      task: `{ "task_templates": [{ "taskname": "mood" }], "new_tasks": ["mo‸od"], ${DATA} }`,
    });
    const [link] = service.definitions(uri, position);
    expect(link).toMatchObject({ originSelectionRange: { start: { character: 61 }, end: { character: 65 } } });
    expect(link!.targetSelectionRange).toEqual(link!.targetRange);
  });

  it('of a field is its placeholder', async () => {
    const files = (setting: string, key: string): MarkedFiles => ({
      task: `{ "task_templates": [{ "taskname": "mood", "prompt_template": "{⟦text⟧} {text}", "truncate_field": "${setting}" }, { "prompt_template": "{text}" }], ${DATA} }`,
      'train.jsonl': `{"taskname": "mood", "${key}": ""}`,
    });
    await expectDefinition(files('te‸xt', 'text'));
    await expectDefinition(files('text', 'text‸'));
  });

  it('of an answer is the label or form that it is', async () => {
    const labels = (good: string, fine: string) => `"answer_field": "answer", "labels": { "${good}": ["${fine}"] }`;
    await expectDefinition({
      task: `{ "task_templates": [{ "taskname": "mood", ${labels('⟦good⟧', 'fine')} }], ${DATA} }`,
      'train.jsonl': '{"taskname": "mood", "answer": "go‸od"}',
    });
    await expectDefinition({
      task: `{ "task_templates": [{ "taskname": "mood", ${labels('good', '⟦fine⟧')} }], ${DATA}, "examples": [{ "taskname": "mood", "answer": "fin‸e" }] }`,
    });
  });
});

describe('highlights', () => {
  it('are the places of a name in the same file', async () => {
    await expectHighlights({
      task: `{ "task_templates": [{ "taskname": "mood", "prompt_template": "{⟦text⟧} {⟦te‸xt⟧}", "truncate_field": "⟦text⟧" }], ${DATA} }`,
      'train.jsonl': '{"taskname": "mood", "text": ""}',
    });
    await expectHighlights({
      task: `{ "task_templates": [{ "taskname": "mood", "prompt_template": "{text}" }], ${DATA} }`,
      'train.jsonl': '{"taskname": "mood", "⟦te‸xt⟧": ""}\n\n{"taskname": "mood", "⟦text⟧": ""}',
    });
  });

  it('tell where the name is given and where it is used', async () => {
    const { service, uri, position } = await markedProject({
      task: `{ "task_templates": [{ "taskname": "mo‸od" }], "new_tasks": ["mood"], ${DATA} }`,
    });
    const kinds = service.documentHighlights(uri, position).map(({ kind }) => kind);
    expect(kinds).toEqual([DocumentHighlightKind.Write, DocumentHighlightKind.Read]);
  });

  it('of one form of a label are that form alone', async () => {
    await expectHighlights({
      task: `{ "task_templates": [{ "taskname": "mood", "answer_field": "a", "labels": { "good": ["⟦fi‸ne⟧"] } }], ${DATA} }`,
    });
  });

  it('in a long data file are those near the cursor', async () => {
    const rows = (count: number) => '{"taskname": "mood", "text": ""}\n'.repeat(count);
    const { service, uri, position } = await markedProject({
      task: `{ "task_templates": [{ "taskname": "mood" }], ${DATA} }`,
      'train.jsonl': `${rows(2000)}{"taskname": "mood", "te‸xt": ""}\n${rows(2000)}`,
    });
    const lines = service.documentHighlights(uri, position).map(({ range }) => range.start.line);
    expect([lines[0], lines.at(-1)]).toEqual([1500, 2500]);
  });
});
