import { describe, describeValues, type Key, type ValueShape } from '../task/src/key-types.ts';
import { taskFileKeys } from '../task/src/keys.ts';
import { rules } from '../task/src/rules/index.ts';
import { markdownTable } from './markdown-table.ts';

/** The text of docs/task-file.md, from the tables that the parser, the schema and the checks are made from. */
export function taskFilePage(): string {
  const parts = [INTRODUCTION, ...sectionsOf('', taskFileKeys as Record<string, Key<unknown>>), ROWS, rulesTable()];
  return `${parts.join('\n').trimEnd()}\n`;
}

const INTRODUCTION = `# The task file

<!-- Made from task/src/keys.ts and task/src/rules/; \`UPDATE_DOCS=1 npx vitest run docs\` writes it anew. -->

A task file describes how to train and use prompts. Its name ends in \`.ptask.json\`. It is JSON, with comments (\`//\`, \`/* */\`) and
trailing commas allowed. Paths are relative to the file. Most keys have the names of NVIDIA NeMo's prompt-learning configuration, so
you can carry a template over; where NeMo uses another name or place, the last column says so.

Only \`model\`, \`task_templates\` and, in each template, \`taskname\` and \`prompt_template\` are required. A task to be
trained (\`new_tasks\`) also needs rows in \`data.train_ds\`. A task that only uses a trained prompt, such as one from somebody else's
prompt table, belongs in \`existing_tasks\`. \`schemas/ptask.schema.json\` describes the file to editors.
`;

const ROWS = `## Templates

In \`prompt_template\`, \`{field}\` stands for the text of that field of a row, and \`<|VIRTUAL_PROMPT_0|>\`,
\`<|VIRTUAL_PROMPT_1|>\`, … for virtual tokens: in any place, numbered in their order. Everything else is literal text. ptask never
expands the text of a row: \`{label}\` in a row's own text stays those seven characters.

With \`answer_field\`, the model is to write the template's part from \`{answer_field}\` on. One space directly before it belongs to
the answer, as tokenisers like it.

## Rows

A data file is JSONL: each line is one JSON object whose values are strings, with a \`taskname\` and every field of that
task's template. Fields that the template does not use are ignored, whatever they hold. Files are in UTF-8, may hold rows of
several tasks, and may have any size: ptask streams them.

\`\`\`json
{ "taskname": "sentiment-task", "sentence": "Shares fell sharply after the profit warning.", "label": "negative" }
\`\`\`

[\`ptask new\`](command-line.md#ptask-new-data) makes such lines from a table (CSV, TSV, also as Excel saves it) or a list in JSON,
adds the \`taskname\` to rows that have none, splits them for training, validation and test, and writes a task file for them. **New
Task File** in VS Code does the same, but does not split them.

\`\`\`sh
npx ptask new reviews.csv                                            # reviews.train.jsonl, …, and reviews.ptask.json
npx ptask new reviews.csv --answer stars --text review --name stars  # which columns, and what the task is called
\`\`\`

## What is checked

\`ptask check\` reports all of this, at the exact place, and no run starts on a file with an error. Each code links to an
example.
`;

/** A heading and a table for an object of keys, then those of the objects in it. */
function sectionsOf(path: string, keys: Record<string, Key<unknown>>): string[] {
  const rows = Object.entries(keys).map(([name, key]) => [
    `\`${name}\``,
    typeOf(key.shape),
    defaultOf(key),
    [key.doc, describeValues(key.shape)].join(' ').trim(),
    nemoName(path === '' ? name : `${path}.${name}`, key),
  ]);
  const inner = Object.entries(keys).flatMap(([name, { shape }]) => {
    const section = sectionIn(shape);
    return section ? sectionsOf(path === '' ? name : `${path}.${name}`, section) : [];
  });
  const heading = path === '' ? '## The file' : `### \`${path}\``;
  return [`${heading}\n`, markdownTable(['key', 'value', 'default', 'meaning', 'in NeMo'], rows), ...inner];
}

function sectionIn(shape: ValueShape): Record<string, Key<unknown>> | undefined {
  switch (shape.kind) {
    case 'section':
      return shape.keys;
    case 'nullable':
      return sectionIn(shape.of);
    case 'list':
      return sectionIn(shape.items);
    default:
      return undefined;
  }
}

function typeOf(shape: ValueShape): string {
  switch (shape.kind) {
    case 'text':
      return shape.values ? shape.values.map((value) => `\`"${value}"\``).join(', ') : describe(shape);
    case 'nullable':
      // Behind what the values of an object may be, `or null` would seem to be of these.
      return shape.of.kind === 'map' ? `\`null\`, or ${typeOf(shape.of)}` : `${typeOf(shape.of)}, or \`null\``;
    case 'list':
      return listType(shape);
    case 'section':
      return 'an object: see below';
    case 'map':
      return `an object${shape.least ? ` with at least ${shape.least} in it` : ''}, each value ${typeOf(shape.values)}`;
    case 'row':
      return 'a row';
    default:
      return describe(shape);
  }
}

function listType({ items, least, length, orSingle }: Extract<ValueShape, { kind: 'list' }>): string {
  const count = length === undefined ? (least === undefined ? '' : `, at least ${least}`) : ` of ${length}`;
  const kind = sectionIn(items) ? 'objects: see below' : `each ${typeOf(items)}`;
  return `a list${count}, ${kind}${orSingle ? '; a single one may stand alone' : ''}`;
}

function defaultOf({ shape, absent }: Key<unknown>): string {
  if (absent === 'required') return '**must be given**';
  if ('derived' in absent) return absent.derived;
  return shape.kind === 'section' ? 'those below' : `\`${JSON.stringify(absent.default)}\``;
}

function nemoName(path: string, { nemo }: Key<unknown>): string {
  if (nemo === null) return '–';
  return nemo === path || nemo === `model.${path}` ? 'the same' : `\`${nemo}\``;
}

function rulesTable(): string {
  return markdownTable(
    ['code', 'severity', 'says'],
    rules.map(({ code, severity, explanation }) => [`[\`${code}\`](rules.md#${code})`, severity, explanation]),
  );
}
