import type { TemplateView } from '../context.ts';
import type { DataFacts } from '../data-facts.ts';
import type { LikenessFields } from './file-likeness.ts';
import { type IndexedFile, splitsOf } from './gather-facts.ts';
import { isSmall, type Likeness, type LikenessInput, LikenessSearch, rowsOf } from './likeness.ts';

/** How often the fields of templates may change to and fro, as while one is typed, without all rows being looked at again. */
const MAX_SEARCHES = 3;
const FIRST_AT_ONCE_ROWS = 5000;
export interface LikenessQuestion {
  /** Names all that the answer depends on. */
  readonly key: string;
  readonly files: readonly LikenessInput[];
  readonly fields: LikenessFields;
}

export function likenessQuestion(
  indexed: readonly IndexedFile[],
  templates: ReadonlyMap<string, TemplateView>,
  { tasks }: DataFacts,
): LikenessQuestion {
  const files = indexed.map(({ facts, index }) => ({
    path: facts.path,
    index,
    isTraining: splitsOf(facts).includes('train'),
  }));
  const fields = new Map(
    [...templates].flatMap(([taskname, { fields, areFieldsKnown }]) => {
      const { fieldCounts } = tasks.get(taskname)!;
      // Rows look alike to a template in which the field that tells them apart is misspelt or half-written.
      if (!areFieldsKnown || !fields.every((field) => fieldCounts.has(field))) return [];
      // The order makes no difference.
      return [[taskname, fields.toSorted()] as const];
    }),
  );
  const versions = files.map(({ path, index, isTraining }) => [path, index.version, isTraining]);
  return { key: JSON.stringify([[...fields], versions]), files, fields };
}

/** What is known of duplicates and leaks, and what helps to find it again after a change. */
export class LikenessMemory {
  readonly #most: number;
  #found: { key: string; likeness: readonly Likeness[] } | undefined;
  /** The latest first. */
  #searches: readonly LikenessSearch[] = [];

  /** @param most how many duplicates and leaks of each file are wanted */
  constructor(most: number) {
    this.#most = most;
  }

  /** By file, in the order of the question; undefined when there are so many rows that `search` must be gone through first. */
  get(question: LikenessQuestion): readonly Likeness[] | undefined {
    const { key, files } = question;
    if (this.#found?.key !== key && this.#isQuick(files)) {
      const steps = this.search(question);
      while (!steps.next().done);
    }
    return this.#found?.key === key ? this.#found.likeness : undefined;
  }

  /** Whether an answer is there in a few milliseconds. */
  #isQuick(files: readonly LikenessInput[]): boolean {
    // The first time takes longest: nothing is known, and the program is not warm yet.
    return (
      isSmall(files) && (rowsOf(files) <= FIRST_AT_ONCE_ROWS || this.#searches.some((search) => search.isOver(files)))
    );
  }

  /** Finds the answer to a question, a little at each step. */
  *search({ key, files, fields }: LikenessQuestion): Generator<undefined, void> {
    const isKept = isSmall(files);
    const known = this.#searches.find((search) => search.isOf(files, fields));
    const search = known ?? new LikenessSearch(files, fields, this.#most, isKept);
    // One that is given up half-way is not used again, nor is one of files that were read anew.
    this.#searches = this.#searches.filter((other) => other !== known && other.isOver(files));
    this.#found = { key, likeness: yield* search.find() };
    if (isKept) this.#searches = [search, ...this.#searches].slice(0, MAX_SEARCHES);
  }
}
