import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver-types';
import { LanguageService } from '../../../server/src/service/language-service.ts';
import { toDiagnostic } from '../../../server/src/service/to-diagnostic.ts';
import { checkTaskFile } from '../../../task/src/check.ts';
import { nodeEnvironment } from '../../../task/src/node-environment.ts';
import { demoModel, row, TASK_PATH, TRAINING_ROWS, environment as taskEnvironment, taskFile } from '../task/harness.ts';
import { editor, TASK, TRAIN } from './harness.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Every task file of the fixtures and of the examples, by its path from the root. */
const TASK_FILES = ['test/fixtures/task', 'examples'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ptask.json'))
    .map((file) => join(folder, file)),
);

const toUri = (file: string) => pathToFileURL(file).href;
const environment = nodeEnvironment({ model: async () => demoModel, promptTable: async () => undefined });

/** What a service shows when documents are opened in this order: the uri of each problem's file, and the problem. */
async function shownOf(documents: readonly { path: string; text: string }[]) {
  const published = new Map<string, Diagnostic[]>();
  const service = new LanguageService({
    environment,
    listFolder: async () => [],
    toPath: (uri) => fileURLToPath(uri),
    toUri,
    publish: (uri, diagnostics) => published.set(uri, diagnostics),
    pause: async () => {},
    breathe: async () => {},
    onError: (error) => expect.unreachable(String(error)),
  });
  for (const { path, text } of documents) service.openDocument(toUri(path), text);
  await service.settled();
  return [...published].flatMap(([uri, list]) => list.map((diagnostic) => ({ uri, ...diagnostic })));
}

describe('the language service says what the check of the command line says', () => {
  it('of more than a few task files', () => expect(TASK_FILES.length).toBeGreaterThan(5));

  it.each(TASK_FILES)('of %s', async (file) => {
    const path = join(ROOT, file);
    const text = await readFile(path, 'utf8');
    const { problems, data } = await checkTaskFile({ path, text, environment });
    const expected = problems.map((problem) => ({ uri: toUri(problem.file), ...toDiagnostic(problem, toUri) }));
    const rows = await Promise.all(
      data.files.map(async (named) => ({ path: named.path, text: await readFile(named.path, 'utf8') })),
    );
    for (const documents of [[{ path, text }], [{ path, text }, ...rows], [...rows, { path, text }]]) {
      const found = await shownOf(documents);
      expect(found).toHaveLength(expected.length);
      expect(found).toEqual(expect.arrayContaining(expected));
    }
  });
});

it('they say the same of a file that another program keeps changing', async () => {
  // What is read the second time is never what was read the first time.
  const readParts = async () => undefined;
  const { service, disk, shown } = editor({ readParts });
  disk['train.jsonl'] += '\n{';
  service.openDocument(TASK, taskFile());
  await service.settled();
  expect(shown()).toEqual({ [TASK]: ['data-not-found', 'data-not-found'] });

  const request = { path: TASK_PATH, text: taskFile(), environment: taskEnvironment(disk, { readParts }) };
  const { problems } = await checkTaskFile(request);
  expect(problems.map(({ message }) => message)).toEqual(service.diagnostics(TASK).map(({ message }) => message));
});

const PIECES = [
  '{',
  '}',
  '"',
  ',',
  ':',
  '\\',
  '\n',
  '{label}',
  '<|VIRTUAL_PROMPT_1|>',
  '"data"',
  '__proto__',
  '\ud83d',
  '[]',
];

const edit = fc.record({
  document: fc.constantFrom(TASK, TRAIN),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.integer({ min: 0, max: 30 }),
  added: fc.constantFrom('', ...PIECES),
  isAwaited: fc.boolean(),
});

/** Hovers over the task file, and completes in it, at every seventh character. */
async function askEverywhere(service: LanguageService, text: string): Promise<void> {
  for (const [line, { length }] of text.split('\n').entries()) {
    for (let character = 0; character <= length; character += 7) {
      service.hover(TASK, { line, character });
      await service.completions(TASK, { line, character });
    }
  }
}

describe('after any edits', () => {
  it('what is shown is what a fresh start shows, and no question about any place throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 8 }), async (edits) => {
        const { service, shown, errors } = editor();
        const texts = { [TASK]: taskFile(), [TRAIN]: `${TRAINING_ROWS}\n${row('åäö')}` };
        for (const uri of [TASK, TRAIN]) service.openDocument(uri, texts[uri]!);
        for (const { document, at, removed, added, isAwaited } of edits) {
          const text = texts[document]!;
          const start = Math.floor(at * text.length);
          texts[document] = text.slice(0, start) + added + text.slice(start + removed);
          service.editDocument(document, [{ text: texts[document] }]);
          if (isAwaited) await service.settled();
        }
        await askEverywhere(service, texts[TASK]!);
        service.documentSymbols(TASK);
        service.documentLinks(TASK);
        await service.settled();

        const fresh = editor();
        for (const uri of [TASK, TRAIN]) fresh.service.openDocument(uri, texts[uri]!);
        await fresh.service.settled();
        expect(shown()).toEqual(fresh.shown());
        for (const uri of [TASK, TRAIN]) expect(service.diagnostics(uri)).toEqual(fresh.service.diagnostics(uri));
        expect(errors).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
