import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandSnippet, SnippetWriter } from '../../../server/src/service/completion/snippet.ts';
import { rowSnippet, taskFileSnippet, templateSnippets } from '../../../server/src/service/completion/templates.ts';
import { checkTaskText } from '../../../task/src/check.ts';
import { parseTaskFile } from '../../../task/src/parse.ts';
import { check, TASK_PATH } from '../task/harness.ts';

interface Snippet {
  prefix: string[];
  description: string;
  body: string[];
}

const FILE = path.resolve(import.meta.dirname, '../../../snippets/ptask.json');
const snippets: Record<string, Snippet> = JSON.parse(readFileSync(FILE, 'utf8'));
const expanded = (name: string) => expandSnippet(snippets[name]!.body.join('\n'));

/** A snippet where it belongs: in a task file. */
function placed(name: string): string {
  if (name === 'Task file') return expanded(name);
  if (name !== 'Data row') return `{ "model": "demo", "language": "en", "task_templates": [${expanded(name)}] }`;
  const templates = expanded('Template for classification');
  return `{ "model": "demo", "language": "en", "task_templates": [${templates}], "examples": [${expanded(name)}] }`;
}

describe.each(Object.keys(snippets))('the snippet “%s”', (name) => {
  it('has no problem as it stands, of syntax, schema or any other', () => {
    expect(checkTaskText(TASK_PATH, placed(name)).problems).toEqual([]);
  });

  it('would have one with its first colon left out', () => {
    const codes = checkTaskText(TASK_PATH, placed(name).replace(':', '')).problems.map(({ code }) => code);
    expect(codes).toContain('json-syntax');
  });

  it('can be found by a prefix of its own', () => {
    const { prefix, description } = snippets[name]!;
    const others = Object.values(snippets).filter((snippet) => snippet !== snippets[name]);
    expect(description).not.toBe('');
    expect(others.flatMap((other) => other.prefix.filter((word) => prefix.includes(word)))).toEqual([]);
  });
});

it('a task file and rows, both from snippets, pass the whole check', async () => {
  const row = expanded('Data row');
  const rows = (day: string) =>
    [row.replace('What a day', day), row.replace('What a day', `Not ${day}`).replace('positive', 'negative')].join(
      '\n',
    );
  const data = { 'train.jsonl': rows('Monday'), 'validation.jsonl': rows('Tuesday'), 'test.jsonl': rows('Friday') };
  const { problems } = await check({ task: expanded('Task file'), data });
  expect(problems).toEqual([]);
});

it('the template with two splits has two markers, and splits that differ', () => {
  const { file } = parseTaskFile(placed('Template with two splits'));
  expect(file.task_templates[0]).toMatchObject({ total_virtual_tokens: 15, virtual_token_splits: [10, 5] });
});

it('a data row is one line, as data files ask for', () => {
  expect(expanded('Data row').split('\n')).toHaveLength(1);
});

it('the file holds the snippets that completion offers too', () => {
  const made = [taskFileSnippet(), ...templateSnippets(), rowSnippet()];
  const file = Object.fromEntries(
    made.map(({ name, prefix, description, body }) => [name, { prefix, description, body: body.split('\n') }]),
  );
  if (process.env.UPDATE_SNIPPETS) writeFileSync(FILE, `${JSON.stringify(file, undefined, 2)}\n`);
  expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(file);
});

describe('expanding a snippet', () => {
  it('takes defaults, first choices and the same again', () =>
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of snippets, not of JavaScript
    expect(expandSnippet('{${1:a}} $1 ${1}\n${2|x,y|} \\$3 ${4:b\\}}$0')).toBe('{a} a a\nx $3 b}'));

  it('stops at what it does not read', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
    expect(() => expandSnippet('${TM_FILENAME}')).toThrow('No stop');
  });

  it('gives back any text that was written into one', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (text, choices) => {
        const writer = new SnippetWriter();
        expect(expandSnippet(`${writer.stop(text)}|${writer.choice(choices)}`)).toBe(`${text}|${choices[0]}`);
      }),
    );
  });
});
