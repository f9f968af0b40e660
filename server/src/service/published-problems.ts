import type { Diagnostic } from 'vscode-languageserver-types';
import type { Problem } from '../../../protocol/src/problem.ts';
import { toDiagnostic } from './to-diagnostic.ts';

export interface ProblemSource {
  /** What each task file says of a file, itself included; none of the lists is empty. */
  listsOf(path: string): readonly (readonly Problem[])[];
  toUri(path: string): string;
  publish(uri: string, diagnostics: Diagnostic[]): void;
}

/** What a file's editor shows, made of which lists, and under which uri. */
interface Published {
  readonly uri: string;
  readonly lists: readonly (readonly Problem[])[];
  readonly shown: string;
}

/** The problems of each file, put together from all task files that are about it, and published where they have changed. */
export class PublishedProblems {
  readonly #source: ProblemSource;
  readonly #published = new Map<string, Published>();
  /** Files to be published once a change has gone through all task files. */
  #held: Set<string> | undefined;

  constructor(source: ProblemSource) {
    this.#source = source;
  }

  problems(path: string): readonly Problem[] {
    const lists = this.#source.listsOf(path);
    return lists.length > 1 ? distinct(lists.flat()) : (lists[0] ?? []);
  }

  diagnostics(path: string): Diagnostic[] {
    return this.problems(path).map((problem) => toDiagnostic(problem, this.#source.toUri));
  }

  publish(paths: Iterable<string>): void {
    if (this.#held === undefined) {
      for (const path of paths) this.#publishOne(path);
      return;
    }
    for (const path of paths) this.#held.add(path);
  }

  /** What `change` publishes of one file is put together once, not once for each task file that it goes through. */
  together(change: () => void): void {
    const held = new Set<string>();
    this.#held = held;
    try {
      change();
    } finally {
      this.#held = undefined;
    }
    this.publish(held);
  }

  #publishOne(path: string): void {
    const before = this.#published.get(path);
    const uri = this.#source.toUri(path);
    const lists = this.#source.listsOf(path);
    // The lists of a data file stay the same while a task file is typed, and may be long.
    if (before?.uri === uri && isSame(before.lists, lists)) return;
    const diagnostics = this.diagnostics(path);
    const shown = JSON.stringify(diagnostics);
    if (diagnostics.length > 0) this.#published.set(path, { uri, lists, shown });
    else this.#published.delete(path);
    // An editor may write the uri of a file in another way than the one under which it was published.
    if (before !== undefined && before.uri !== uri) this.#source.publish(before.uri, []);
    else if (shown === (before?.shown ?? '[]')) return;
    this.#source.publish(uri, diagnostics);
  }
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Two task files may say the same of the data that they share. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [keyOf(problem), problem])).values()];
}

const keys = new WeakMap<Problem, string>();

/** What a problem says; it is asked for again with each change of what another task file says. */
function keyOf(problem: Problem): string {
  const known = keys.get(problem);
  if (known !== undefined) return known;
  const key = JSON.stringify(problem);
  keys.set(problem, key);
  return key;
}
