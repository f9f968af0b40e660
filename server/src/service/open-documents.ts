import type { Range } from 'vscode-languageserver-types';
import { TextBlocks, type TextSplice } from '../../../task/src/data/text-blocks.ts';

/** A change as an editor tells it: new text for a range, or for the whole document. */
export interface DocumentChange {
  readonly range?: Range;
  readonly text: string;
}

/** A document as it stands in the editor. */
export class OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly #blocks: TextBlocks;

  constructor(uri: string, path: string, text: string) {
    this.uri = uri;
    this.path = path;
    this.#blocks = new TextBlocks(text);
  }

  get text(): string {
    return this.#blocks.text;
  }

  get blocks() {
    return this.#blocks.blocks;
  }

  /** A line without its end; undefined behind the last one. */
  line(number: number): string | undefined {
    return this.#blocks.line(number);
  }

  /** Each change is made to what the one before it left. */
  change({ range, text }: DocumentChange): TextSplice {
    return range === undefined ? this.#blocks.replaceAll(text) : this.#blocks.edit(range.start, range.end, text);
  }
}

/** The documents that an editor has open, by path. */
export class OpenDocuments {
  readonly #byPath = new Map<string, OpenDocument>();

  set(document: OpenDocument): void {
    this.#byPath.set(document.path, document);
  }

  get(path: string): OpenDocument | undefined {
    return this.#byPath.get(path);
  }

  delete(path: string): boolean {
    return this.#byPath.delete(path);
  }
}
