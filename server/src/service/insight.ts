import type { CompletionItem, Hover, Position } from 'vscode-languageserver-types';
import type { ModelSummary } from '../../../model/src/model-summary.ts';
import { Work } from '../../../task/src/data/work.ts';
import { MAX_TASK_FILE_UNITS } from '../../../task/src/parse.ts';
import { completions } from './completion/completions.ts';
import { rowCompletions } from './completion/row-completions.ts';
import type { CompletionOptions } from './completion-options.ts';
import { dataLine } from './data-lines.ts';
import { dataPathsOf } from './dependencies.ts';
import { tokeniseSample } from './field-statistics.ts';
import type { FolderEntry } from './host.ts';
import { hover } from './hover/hover.ts';
import { rowHover } from './hover/row.ts';
import type { Knowledge } from './knowledge.ts';

export interface InsightHost {
  resolvePath(taskFile: string, path: string): string;
  listFolder(path: string): Promise<readonly FolderEntry[]>;
  cachedModels(): Promise<readonly string[]>;
  modelSummary(taskFile: string, model: string): Promise<ModelSummary | undefined>;
  /** A line of a document that is open; undefined behind its last one, and for another document. */
  openLine(path: string, line: number): string | undefined;
  /** Lets others have the thread. */
  breathe(): Promise<void>;
  /** All task files that there are, open or not. */
  taskFiles(): readonly Knowledge[];
}

/** In UTF-16 units: a longer row would keep somebody waiting. */
const MAX_LINE = 200_000;

/** Hover and completion in task files and in open data files. They answer from what is known; nothing is read for them. */
export class Insight {
  readonly #host: InsightHost;
  #preparing: AbortController | undefined;

  constructor(host: InsightHost) {
    this.#host = host;
  }

  hover(path: string, position: Position): Hover | undefined {
    const knowledge = this.#taskFile(path);
    if (knowledge !== undefined) return hover(knowledge, position, (name) => this.#resolve(knowledge, name));
    const row = this.#line(path, position);
    return row && rowHover(this.#namedBy(path), path, row);
  }

  async completions(path: string, position: Position, options: CompletionOptions): Promise<CompletionItem[]> {
    const knowledge = this.#taskFile(path);
    if (knowledge !== undefined) {
      if (knowledge.context.text.length > MAX_TASK_FILE_UNITS) return [];
      const paths = {
        resolvePath: this.#host.resolvePath,
        listFolder: (folder: string) => this.#host.listFolder(folder),
        cachedModels: () => this.#host.cachedModels(),
        modelSummary: (model: string) => this.#host.modelSummary(path, model),
      };
      return completions(knowledge, position, paths, options);
    }
    const row = this.#line(path, position);
    return row === undefined ? [] : rowCompletions(this.#namedBy(path), row, position, options);
  }

  /** Measures, in the background, what hovering over an open task file would else estimate. To be called after each check. */
  async prepare(): Promise<void> {
    this.#preparing?.abort();
    this.#preparing = new AbortController();
    const { signal } = this.#preparing;
    const work = new Work({ signal, breathe: () => this.#host.breathe() });
    try {
      // What the check has found is shown first.
      await this.#host.breathe();
      for (const knowledge of this.#host.taskFiles()) {
        if (this.#host.openLine(knowledge.context.path, 0) !== undefined) await measureFields(knowledge, work);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  dispose(): void {
    this.#preparing?.abort();
  }

  #taskFile(path: string): Knowledge | undefined {
    return this.#host.taskFiles().find(({ context }) => context.path === path);
  }

  /** The task files that name a data file. */
  #namedBy(path: string): Knowledge[] {
    return this.#host.taskFiles().filter(({ context }) => dataPathsOf(context, this.#host).includes(path));
  }

  #line(path: string, { line }: Position) {
    const text = this.#host.openLine(path, line);
    return text === undefined || text.length > MAX_LINE ? undefined : dataLine(line, text);
  }

  #resolve({ context }: Knowledge, name: string): string {
    return this.#host.resolvePath(context.path, name);
  }
}

async function measureFields({ context, data, surroundings }: Knowledge, work: Work): Promise<void> {
  const model = surroundings?.model;
  if (model?.kind !== 'ok' || model.tokenizer === undefined) return;
  for (const { fields, settings } of context.templates) {
    const samples = data?.tasks.get(settings.taskname)?.samples;
    for (const field of fields) {
      const sample = samples?.get(field);
      if (sample !== undefined) await tokeniseSample(sample, model.tokenizer, work);
    }
  }
}
