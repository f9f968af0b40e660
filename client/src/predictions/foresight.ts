import path from 'node:path';
import { Range, Uri, workspace } from 'vscode';
import type { LanguageServer } from '../language-server.ts';
import { settled } from '../later.ts';
import { areWanted } from './inline-setting.ts';
import type { RowQuestion } from './prediction-store.ts';
import type { RowAnswers } from './row-answers.ts';

/** So long nothing was drawn before rows that nobody sees are asked for. */
const IDLE_MS = 1000;
/** Rows of a data file, about as many as a window shows. */
const ROWS = 60;
const ROWS_AT_ONCE = 16;
/** So many rows tell how long one takes, behind a first one, for which the model is made ready. */
const TRIED_ROWS = 4;
/** A model that takes longer for a row is asked only for what is in view. */
const QUICK_MS = 50;
const MOST_FILES = 6;
/** A larger file is not read before it is opened. */
const MOST_BYTES = 1_000_000;

/**
 * Asks for the first rows of the data files of a task whose rows somebody looks at, so that they have their answers when a file is
 * opened. It waits until nothing else goes on, and lets slow models be.
 */
export class Foresight {
  readonly #server: Pick<LanguageServer, 'paths' | 'rows'>;
  readonly #answers: Pick<RowAnswers, 'store' | 'questionOf'>;
  readonly #isBusy: () => boolean;
  readonly #wanted = new Set<string>();
  readonly #foreseen = new Set<string>();
  readonly #idle = settled(IDLE_MS, () => {
    this.#looking = this.#looking.then(() => this.#look());
  });
  readonly #expired: { dispose(): void };
  #looking = Promise.resolve();

  /** @param isBusy whether the machine has better to do, such as a run */
  constructor(
    server: Pick<LanguageServer, 'paths' | 'rows'>,
    answers: Pick<RowAnswers, 'store' | 'questionOf' | 'expired'>,
    isBusy: () => boolean,
  ) {
    this.#server = server;
    this.#answers = answers;
    this.#isBusy = isBusy;
    this.#expired = answers.expired((file) => {
      if (file === undefined) this.#foreseen.clear();
      else this.#foreseen.delete(file);
    });
  }

  /** Rows of a task file, or of its data, are drawn with their answers. @param taskFile absolute path */
  seen(taskFile: string): void {
    if (this.#foreseen.has(taskFile)) return;
    this.#wanted.add(taskFile);
    this.#idle.soon();
  }

  dispose(): void {
    this.#idle.dispose();
    this.#expired.dispose();
    this.#wanted.clear();
  }

  async #look(): Promise<void> {
    for (const taskFile of this.#wanted) {
      this.#wanted.delete(taskFile);
      // What is passed over now comes again when rows are drawn.
      if (this.#isBusy()) continue;
      this.#foreseen.add(taskFile);
      // The language server or a file may have gone, which whoever opens the file is told.
      await this.#foresee(Uri.file(taskFile)).catch(() => undefined);
    }
  }

  async #foresee(taskFile: Uri): Promise<void> {
    const { store, questionOf } = this.#answers;
    const named = (await this.#server.paths(taskFile)) ?? [];
    const files = named
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => path.resolve(taskFile.fsPath, '..', name));
    // Held-out rows come last in the task file, and are what one looks at first.
    for (const file of [...new Set(files)].reverse().slice(0, MOST_FILES)) {
      const questions = (await this.#firstRows(Uri.file(file))).map(questionOf);
      if (questions.length === 0) continue;
      await store.want(questions.slice(0, 1), 'background');
      const started = performance.now();
      await store.want(questions.slice(0, 1 + TRIED_ROWS), 'background');
      if (performance.now() - started > TRIED_ROWS * QUICK_MS) return;
      if (!(await this.#ask(questions.slice(1 + TRIED_ROWS)))) return;
    }
  }

  /** @returns whether they all were asked for */
  async #ask(questions: readonly RowQuestion[]): Promise<boolean> {
    for (let from = 0; from < questions.length; from += ROWS_AT_ONCE) {
      if (this.#isBusy()) return false;
      await this.#answers.store.want(questions.slice(from, from + ROWS_AT_ONCE), 'background');
    }
    return true;
  }

  /** None of a file outside the workspace, or beside whose rows nothing is shown. */
  async #firstRows(file: Uri) {
    if (!workspace.getWorkspaceFolder(file) || !areWanted(file)) return [];
    const { size } = await workspace.fs.stat(file);
    if (size > MOST_BYTES) return [];
    // The language server knows the lines of what is open.
    await workspace.openTextDocument(file);
    return this.#server.rows(file, new Range(0, 0, ROWS, 0));
  }
}
