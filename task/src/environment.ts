import type { ChatEncoder } from '../../model/src/chat/chat-encoder.ts';
import type { ModelSummary } from '../../model/src/model-summary.ts';

/** Turns text into token ids, without special tokens. */
export interface TokenEncoder {
  /** @throws TokenizerGivenUp where it takes too long over the text or fails at it, and from then on */
  encode(text: string): number[];
  /** The same in steps of a fraction of a millisecond; where it is left out, a long text keeps the thread. */
  encoding?(text: string): Generator<void, number[]>;
  /** Why it encodes nothing any more, in a line; undefined while it does. */
  givenUp?(): string | undefined;
}

/** What the rules need to know of a backbone. */
export type ModelFacts =
  | {
      kind: 'ok';
      /** The most tokens the backbone can take in a row. */
      maxPositions: number;
      tokenizer?: TokenEncoder;
      /** Its chat template, or in one line why that cannot be used; undefined where it has none. */
      chat?: ChatEncoder | { unusable: string };
      /** The languages it can mark in the prompt; undefined when it marks none. */
      languages?: string[];
      /** Tokens that the backbone itself puts in front of every row, such as the language's. */
      prefixTokens: number;
      /** Whether the model's own programs put a first token in front of every text. */
      addsBos?: boolean;
      /** Whether its tokeniser or configuration names a token that ends a text; undefined while there is no tokeniser. */
      hasEnd?: boolean;
      /** Undefined while it cannot be known: a demo backbone's, before its weights are asked for the first time. */
      fingerprint: string | undefined;
      /** For those who want to know more of it; no rule does. */
      about?: ModelSummary;
    }
  /**
   * `reason` says in one line why a model that is there cannot be opened, such as a broken file; `absent`, where there is no
   * folder at all, where it was looked for. `isLocalFolder` where a folder of that name is there and lacks what is missing, so
   * that fetching a model of the name would change nothing.
   */
  | { kind: 'not-found'; missing: string[]; reason?: string; absent?: string; isLocalFolder?: true }
  | { kind: 'unsupported'; modelType: string; supported: string[]; reason: string };

/** What the rules need to know of a prompt table. */
export interface PromptTableFacts {
  /** Why the file, which it does not name, is no prompt table, or cannot be read; there are no tasks then. */
  broken?: string;
  tasks: ReadonlyMap<string, TrainedTaskFacts>;
}

export interface TrainedTaskFacts {
  /** Undefined, as are `splits` and `backboneFingerprint`, where another program made the prompt and did not say. */
  template?: string;
  /** Whether the template stood in the model's chat template. */
  chat?: boolean;
  /** `chatFrameHash` of that; undefined where it stood in none, or a version that did not record it trained the prompt. */
  chatFrame?: string;
  splits?: number[];
  virtualTokens: number;
  /** Width of an embedding. */
  hidden: number;
  backboneFingerprint?: string;
  /** When it was trained: ISO 8601. */
  date?: string;
  /** How many rows the run trained on, those of tasks that it trained together with this one included. */
  trainRows?: number;
  /** What was measured on the task's validation rows; undefined without any. */
  validation?: MeasuredFacts;
}

export interface MeasuredFacts {
  /** How many rows it was measured on. */
  rows: number;
  loss?: number;
  /** From 0 to 1, as are the others. */
  accuracy?: number;
  macroF1?: number;
  /** Of generated answers that are written as slots. */
  intentAccuracy?: number;
  slotF1?: number;
  /** Of other generated answers. */
  wordF1?: number;
}

/** Which backbone a task file asks for. */
export interface ModelReference {
  /** The task file, from whose folder a relative path starts. */
  taskFile: string;
  model: string;
  language: string | null;
}

export type FileReading = AsyncIterable<Uint8Array> | 'not-found' | { unreadable: string };

/** Where a stretch of a file is, in bytes. */
export interface FilePart {
  start: number;
  length: number;
}

/** Everything outside the task file that its rules look at; the editor and the command line bring their own. */
export interface CheckEnvironment {
  /** The path that a path in the task file means. */
  resolvePath(taskFile: string, path: string): string;
  /** The bytes of a data file. Iterating may throw when reading fails half-way. */
  readFile(path: string): Promise<FileReading>;
  /**
   * Stretches of a file, to look at a few rows again; undefined when they cannot be read. Where it is left out, the whole
   * file is read for them.
   */
  readParts?(path: string, parts: readonly FilePart[]): Promise<Uint8Array[] | undefined>;
  /** The names of the files in the folder that a path is in, to tell what a misspelt one may mean; none when it is left out. */
  namesBeside?(path: string): Promise<readonly string[]>;
  model(reference: ModelReference): Promise<ModelFacts>;
  /** The file that changes when a model of a hub, so named, has been fetched; undefined where the name can be none. */
  fetchedModel?(model: string): string | undefined;
  /** Undefined when there is no such file. */
  promptTable(path: string): Promise<PromptTableFacts | undefined>;
}
