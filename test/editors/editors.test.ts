import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { Terminal } from './terminal.ts';

const SCRIPTS = import.meta.dirname;
const ROOT = path.resolve(SCRIPTS, '../..');
const TASK = 'assistant.ptask.json';

/** What each editor shows of test/fixtures/task/faulty, and what has become of it. */
interface Answers {
  readonly error?: string;
  readonly problems: readonly string[];
  readonly hover: string;
  readonly completion: readonly string[];
  readonly hints: readonly string[];
  readonly renamed: readonly string[];
  readonly text: string;
}

describe.for([
  {
    editor: 'nvim',
    settings: 'lua',
    args: ['--headless', '-u', 'settings.lua', TASK, '-c', `luafile ${SCRIPTS}/neovim.lua`],
  },
  { editor: 'emacs', settings: 'elisp', args: ['--batch', '-l', 'settings.elisp', '-l', `${SCRIPTS}/eglot.el`] },
] as const)('$editor with the settings that the documentation gives', ({ editor, settings, args }) => {
  it('shows problems and hovers, completes, hints, takes a quick fix, renames in all files, and formats', async () => {
    const dir = await faultyTask();
    await writeFile(path.join(dir, `settings.${settings}`), await documentedSettings(settings));
    const env = { ...process.env, TASK, ANSWERS: 'answers.json' };
    await promisify(execFile)(editor, args, { cwd: dir, env, timeout: 100_000 });
    const { error, ...answers } = JSON.parse(await readFile(path.join(dir, 'answers.json'), 'utf8')) as Answers;
    expect(error).toBeUndefined();
    expect(answers.problems.join('\n')).toMatch(
      /schema.*task-without-template.*marker-order.*placeholder-unknown.*split-sum/s,
    );
    expect(answers.hover).toContain('The field that the model is to write.');
    expect(answers.completion).toEqual(['"sentense"']);
    expect(answers.hints).toEqual(['= 8', '5 rows', '2 rows']);
    expect([...answers.renamed].sort()).toEqual(['assistant.ptask.json', 'train.jsonl', 'validation.jsonl']);
    expect(answers.text).toContain('\n\t"language": "sv",\n');
    expect(answers.text).toContain('\n\t\t\t"taskname": "mood",\n');
  });
});

describe('Helix with the settings that the documentation gives', () => {
  it('shows problems and hovers, and takes a quick fix', async () => {
    const dir = await faultyTask();
    await mkdir(path.join(dir, 'config/helix'), { recursive: true });
    await writeFile(path.join(dir, 'config/helix/languages.toml'), await documentedSettings('toml'));
    const helix = new Terminal(`hx ${TASK}`, dir, { XDG_CONFIG_HOME: path.join(dir, 'config') });
    // The last to be known, as it needs the rows.
    await helix.type('/sentense\r', 'No row of "sentiment-task" has a field');
    await helix.type('gg/answer_field\r');
    await helix.type(' k', 'The field that the model is to write.');
    await helix.type('\u001b');
    await helix.type('gg/langauge\r', 'Unknown key "langauge".');
    await helix.type(' a', 'Change to "language"');
    await helix.type('\r');
    await helix.type(':wqa!\r');
    await helix.ended;
    expect(await readFile(path.join(dir, TASK), 'utf8')).toContain('"language": "sv"');
  });
});

async function faultyTask(): Promise<string> {
  const dir = await temporaryFolder();
  await cp(path.resolve(SCRIPTS, '../fixtures/task/faulty'), dir, { recursive: true });
  return dir;
}

/** What the language server's page gives for an editor, in the language of its code block, with this folder's path. */
async function documentedSettings(language: 'lua' | 'toml' | 'elisp'): Promise<string> {
  const page = await readFile(path.join(ROOT, 'docs/language-server.md'), 'utf8');
  const block = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)?.[1];
  return (block ?? expect.fail(`no block in ${language}`)).replaceAll('/path/to/ptask', ROOT);
}
