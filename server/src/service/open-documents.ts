import type { CheckEnvironment } from '../../../task/src/environment.ts';

export interface OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly text: string;
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

  /** An environment in which an open document is read as it stands in the editor, even where the disk has no such file. */
  over(environment: CheckEnvironment): CheckEnvironment {
    return {
      resolvePath: (taskFile, path) => environment.resolvePath(taskFile, path),
      model: (reference) => environment.model(reference),
      promptTable: (path) => environment.promptTable(path),
      readFile: async (path) => {
        const open = this.#byPath.get(path);
        return open === undefined ? environment.readFile(path) : inOneChunk(open.text);
      },
    };
  }
}

async function* inOneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
