import type { CompletionItem, Hover, Position } from 'vscode-languageserver-types';
import { completions } from './completion/completions.ts';
import { rowCompletions } from './completion/row-completions.ts';
import type { CompletionOptions } from './completion-options.ts';
import { dataLine } from './data-lines.ts';
import { dataPathsOf } from './dependencies.ts';
import type { FolderEntry } from './host.ts';
import { hover } from './hover/hover.ts';
import { rowHover } from './hover/row.ts';
import type { Knowledge } from './knowledge.ts';

export interface InsightHost {
  resolvePath(taskFile: string, path: string): string;
  listFolder(path: string): Promise<readonly FolderEntry[]>;
  /** A line of a document that is open; undefined behind its last one, and for another document. */
  openLine(path: string, line: number): string | undefined;
  /** All task files that there are, open or not. */
  taskFiles(): readonly Knowledge[];
}

/** In UTF-16 units: a longer row would keep somebody waiting. */
const MAX_LINE = 200_000;

/** Hover and completion in task files and in open data files. They answer from what is known; nothing is read for them. */
export class Insight {
  readonly #host: InsightHost;

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
      const paths = {
        resolvePath: this.#host.resolvePath,
        listFolder: (folder: string) => this.#host.listFolder(folder),
      };
      return completions(knowledge, position, paths, options);
    }
    const row = this.#line(path, position);
    return row === undefined ? [] : rowCompletions(this.#namedBy(path), row, position, options);
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
