import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic } from 'vscode-languageserver-types';
import { LanguageService } from '../../../server/src/service/language-service.ts';
import { toDiagnostic } from '../../../server/src/service/to-diagnostic.ts';
import { checkTaskFile } from '../../../task/src/check.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { THOROUGH } from '../../thorough.ts';
import { data, line, lineEnd, task } from '../task/data/arbitrary-data.ts';
import { environment, row, TASK_PATH, taskFile } from '../task/harness.ts';
import { uriOf } from './harness.ts';

/*
 * A project in an editor that goes through any changes: texts typed and pasted, files opened and closed, written and
 * deleted by other programs, with and without waiting in between.
 */

const FILES = ['train.jsonl', 'validation.jsonl', 'test.jsonl'] as const;
type File = (typeof FILES)[number];
const NAMES = ['assistant.ptask.json', ...FILES] as const;
type Name = (typeof NAMES)[number];
const [TASK_NAME] = NAMES;
const pathOf = (name: string) => posix.join(posix.dirname(TASK_PATH), name);

class Project {
  readonly disk: Record<string, string>;
  readonly open = new Map<Name, TextDocument>();
  readonly published = new Map<string, Diagnostic[]>();
  readonly errors: unknown[] = [];
  readonly service: LanguageService;
  readonly #environment: CheckEnvironment;

  constructor(disk: Record<string, string>, text: string, canReadParts: boolean) {
    this.disk = disk;
    this.#environment = environment(
      disk,
      canReadParts ? { readParts: async (path, parts) => this.#parts(path, parts) } : {},
    );
    this.service = new LanguageService({
      environment: this.#environment,
      listFolder: async () => [],
      toPath: (uri) => uri.slice(uriOf('').length),
      toUri: uriOf,
      publish: (uri, diagnostics) => this.published.set(uri, diagnostics),
      pause: async () => {},
      breathe: () => new Promise((resolve) => setImmediate(resolve)),
      onError: (error) => this.errors.push(error),
    });
    this.openFile(TASK_NAME, text);
  }

  #parts(path: string, parts: readonly { start: number; length: number }[]): Uint8Array[] | undefined {
    const text = this.disk[posix.basename(path)];
    const bytes = text === undefined ? undefined : new TextEncoder().encode(text);
    return bytes && parts.map(({ start, length }) => bytes.subarray(start, start + length));
  }

  openFile(name: Name, text: string): void {
    const uri = uriOf(pathOf(name));
    this.open.set(name, TextDocument.create(uri, 'jsonl', 0, text));
    this.service.openDocument(uri, text);
  }

  close(name: Name): void {
    if (this.open.delete(name)) this.service.closeDocument(uriOf(pathOf(name)));
  }

  /** Types into an open file, at shares of its length. */
  edit(name: Name, at: number, removed: number, text: string, isWhole: boolean): void {
    const document = this.open.get(name);
    if (document === undefined) return;
    const start = Math.floor(at * document.getText().length);
    const range = { start: document.positionAt(start), end: document.positionAt(start + removed) };
    TextDocument.update(document, [{ range, text }], document.version + 1);
    if (isWhole) this.service.editDocument(document.uri, [{ text: document.getText() }]);
    else this.service.editDocument(document.uri, [{ range, text }]);
  }

  /** What another program does to a file. */
  write(name: File, text: string | undefined): void {
    if (text === undefined) delete this.disk[name];
    else this.disk[name] = text;
    this.service.fileChanged(uriOf(pathOf(name)));
  }

  /** What the editor shows of each file. */
  shown(): string[] {
    return [...this.published]
      .flatMap(([uri, list]) => list.map((diagnostic) => JSON.stringify([uri, diagnostic])))
      .sort();
  }

  /** What a check that knows nothing of before finds in the same texts. */
  async fresh(): Promise<string[]> {
    const document = this.open.get(TASK_NAME);
    if (document === undefined) return [];
    const texts = { ...this.disk };
    for (const [name, { getText }] of this.open)
      if (name !== TASK_NAME) texts[name] = getText.call(this.open.get(name));
    const request = { path: TASK_PATH, text: document.getText(), environment: environment(texts) };
    const { problems } = await checkTaskFile(request);
    return problems.map((problem) => JSON.stringify([uriOf(problem.file), toDiagnostic(problem, uriOf)])).sort();
  }
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const file = fc.constantFrom(...FILES);
const newLines = fc.array(fc.tuple(line, lineEnd), { maxLength: 3 }).map((lines) => lines.flat().join(''));
const typed = fc.oneof(
  newLines,
  fc.constantFrom('', 'x', '"', '\n', '\r', '\r\n', '\n\n', '{label}', '\ufeff', '\ud83d', '\ude00', '}\n{'),
);

type Step = (project: Project) => unknown;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(file, share, fc.nat(120), typed, fc.boolean()).map(
      (edit): Step =>
        (project) =>
          project.edit(...edit),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(share, fc.nat(20), typed, fc.boolean()).map(
      (edit): Step =>
        (project) =>
          project.edit(TASK_NAME, ...edit),
    ),
  },
  {
    weight: 3,
    arbitrary: task.map(
      (text): Step =>
        (project) =>
          project.edit(TASK_NAME, 0, 100_000, text, true),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(file, data).map(
      (args): Step =>
        (project) =>
          project.openFile(...args),
    ),
  },
  {
    weight: 1,
    arbitrary: file.map(
      (name): Step =>
        (project) =>
          project.close(name),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(file, fc.option(data, { nil: undefined })).map(
      (args): Step =>
        (project) =>
          project.write(...args),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Step>(() => new Promise((resolve) => setImmediate(resolve))) },
  { weight: 2, arbitrary: fc.constant<Step>((project) => project.service.settled()) },
);

describe('whatever is changed, and whenever', () => {
  it('all that is shown is true, and in the end it is all that a fresh check finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        task,
        fc.tuple(data, data, data),
        fc.boolean(),
        fc.array(fc.tuple(step, fc.boolean()), { maxLength: 12 }),
        async (text, [train, validation, test], canReadParts, steps) => {
          const disk = { 'train.jsonl': train, 'validation.jsonl': validation, 'test.jsonl': test };
          const project = new Project(disk, text, canReadParts);
          for (const [take, isLookedAt] of steps) {
            await take(project);
            // Looking takes a while, in which the background gets on.
            if (!isLookedAt) continue;
            const shown = project.shown();
            expect(await project.fresh()).toEqual(expect.arrayContaining(shown));
          }
          await project.service.settled();
          expect(project.shown()).toEqual(await project.fresh());
          project.close(TASK_NAME);
          expect(project.shown()).toEqual([]);
          expect(project.errors).toEqual([]);
        },
      ),
      { numRuns: THOROUGH ? 300 : 80 },
    );
  }, 60_000);

  it('of many rows some are deleted, and the others are told of as if they had been alone', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `${row(`Text ${i}`, `svar ${i}`)}\n`).join('');
    const blanks = Array.from({ length: 10 }, (_, i) => row('Samma text', `positiva${' '.repeat(i)}`));
    const few = [row('Samma text', 'negativa'), ...blanks].join('\n');
    const project = new Project({ 'validation.jsonl': row('Vinsten ökar') }, taskFile(), false);
    project.openFile('train.jsonl', many + few);
    await project.service.settled();
    expect(project.shown()).toEqual(await project.fresh());
    project.edit('train.jsonl', 0, many.length, '', false);
    await project.service.settled();
    const shown = project.shown();
    expect(shown.filter((problem) => problem.includes('row-contradiction'))).toHaveLength(10);
    expect(shown).toEqual(await project.fresh());
    expect(project.errors).toEqual([]);
  });
});
