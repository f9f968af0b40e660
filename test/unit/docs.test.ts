import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskFilePage } from '../../docs/task-file-page.ts';
import { HELP } from '../../engine/src/cli/help.ts';
import { checkTaskFile } from '../../task/src/check.ts';
import { nodeEnvironment } from '../../task/src/node-environment.ts';
import type { PromptRecord } from '../../task/src/prompt-table.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** The Markdown files right in these folders, by path from the root. */
const PAGES = ['.', 'docs', 'bench', ...readdirSync(path.join(ROOT, 'examples')).map((name) => `examples/${name}`)]
  .flatMap((folder) => readdirSync(path.join(ROOT, folder)).map((name) => path.join(folder, name)))
  .filter((file) => file.endsWith('.md'));

describe('docs/task-file.md', () => {
  it('is what the tables of keys and rules give (UPDATE_DOCS=1 writes it)', () => {
    if (process.env.UPDATE_DOCS) writeFileSync(path.join(ROOT, 'docs/task-file.md'), taskFilePage());
    expect(read('docs/task-file.md')).toBe(taskFilePage());
  });

  it('has a place for each key, nested ones too, with what NeMo calls it', () => {
    const page = taskFilePage();
    expect(page).toContain('### `trainer.early_stopping`');
    expect(page).toMatch(/\| `lr` +\| a number above 0 +\| `0.0001` +\| .* \| the same +\|/);
    expect(page).toMatch(/\| `batch_size` +\| .* \| `model.global_batch_size` +\|/);
    expect(page).toContain('`<\\|VIRTUAL_PROMPT_0\\|>`');
  });
});

describe('docs/command-line.md', () => {
  const page = read('docs/command-line.md');
  const named = (text: string, pattern: RegExp) => [...new Set(text.match(pattern))].sort();

  it('has the commands of the help', () => {
    const commands = [...HELP.matchAll(/^ {2}ptask (\w+)/gm)].map(([, name]) => name);
    expect([...page.matchAll(/^## `ptask (\w+)/gm)].map(([, name]) => name)).toEqual(commands);
  });

  it('has the options of the help, and no others', () =>
    expect(named(page, /--[a-z]+/g)).toEqual(named(HELP, /--[a-z]+/g)));

  it('has the events that commands tell with --json, and no others', () => {
    const commands = readdirSync(path.join(ROOT, 'engine/src/cli')).map((file) => `engine/src/cli/${file}`);
    const sources = [...commands, 'engine/src/cli.ts', 'protocol/src/training-events.ts', 'task/src/format-problem.ts'];
    const told = sources.flatMap((file) => [...read(file).matchAll(/\bevent: '(\w+)'/g)].map(([, name]) => name!));
    // A run is cancelled by an editor alone.
    const events = new Set(told.filter((name) => name !== 'cancelled'));
    expect([...page.matchAll(/^\| `(\w+)` +\| (?:`|all)/gm)].map(([, name]) => name).sort()).toEqual(
      [...events].sort(),
    );
  });
});

describe('docs/prompt-table.md', () => {
  it('tells of each key of a record, and of no other', () => {
    const keys: Readonly<Record<keyof PromptRecord, true>> = {
      template: true,
      encoder: true,
      seed: true,
      backbone: true,
      tokenizer: true,
      chat_template: true,
      data: true,
      metrics: true,
      date: true,
      version: true,
    };
    const told = [...read('docs/prompt-table.md').matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);
    expect(told).toEqual(Object.keys(keys));
  });
});

describe('docs/engine-process.md', () => {
  it('names every request of the protocol', () => {
    const [, requests] = /interface EngineRequests \{(.*?)^\}/ms.exec(read('protocol/src/engine.ts'))!;
    const names = [...requests!.matchAll(/^ {2}(\w+): \{ params/gm)].map(([, name]) => name);
    const page = read('docs/engine-process.md');
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('CHANGELOG.md', () => {
  it('has no links into this repository, of which the package would not know where it is published', () => {
    expect(read('CHANGELOG.md')).not.toMatch(/\]\((?!https:)/);
  });
});

describe('README.md', () => {
  it('shows a task file that has no problems', async () => {
    const text = /```jsonc\n(.*?)```/s.exec(read('README.md'))![1]!;
    const environment = nodeEnvironment({
      model: async () => ({
        kind: 'ok',
        maxPositions: 448,
        prefixTokens: 4,
        languages: ['en', 'sv'],
        fingerprint: 'demo',
      }),
      promptTable: async () => undefined,
    });
    const { problems, data } = await checkTaskFile({ path: path.join(ROOT, 'first.ptask.json'), text, environment });
    expect(problems).toEqual([]);
    expect(data.files).toHaveLength(3);
  });

  it.each(PAGES)('%s links to files that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)|<(?:img|source)[^>]* src(?:set)?="([^"]+)"/g)];
    const files = links.map(([, link, image]) => (link ?? image)!).filter((link) => !/^[a-z]+:/.test(link));
    const missing = files.filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link)));
    expect(missing).toEqual([]);
  });

  it.each(PAGES)('%s links to headings that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^):#\s]*)#([^)\s]+)\)/g)];
    const missing = links.filter(([, file, anchor]) => {
      const target = file === '' ? page : path.join(path.dirname(page), file!);
      return !anchorsOf(read(target)).includes(anchor!);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

/** What Markdown viewers make of the headings: lower case, without punctuation, `-` for a space. */
function anchorsOf(page: string): string[] {
  const headings = [...page.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
