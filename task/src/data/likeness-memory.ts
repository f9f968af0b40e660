import type { TemplateView } from '../context.ts';
import type { DataFacts } from '../data-facts.ts';
import { type LabelForms, labelOf } from '../labels.ts';
import { AnswerSearch, type AskedFields, type AskedTasks, type LabelKeys, type Otherwise } from './answer-search.ts';
import { type IndexedFile, splitsOf } from './gather-facts.ts';
import { isSmall, type Likeness, type LikenessInput, LikenessSearch, rowsOf } from './likeness.ts';
import type { LikenessFields } from './row-hashes.ts';
import { hashKey, hashText } from './text-hash.ts';

/** How often the fields of templates may change to and fro, as while one is typed, without all rows being looked at again. */
const MAX_SEARCHES = 3;
const FIRST_AT_ONCE_ROWS = 5000;

export interface LikenessQuestion {
  /** Names all that the answer depends on. */
  readonly key: string;
  readonly files: readonly LikenessInput[];
  /** For duplicates in a file and for leaks, */
  readonly likes: { readonly key: string; readonly fields: LikenessFields };
  /** and for rows that differ in the answer alone, or stand in several files. */
  readonly answers: { readonly key: string; readonly tasks: AskedTasks; readonly labels: LabelKeys };
}

/** What is known of the rows of a file that are the like of others. */
export interface Likes {
  readonly likeness: Likeness;
  readonly otherwise: Otherwise;
}

export function likenessQuestion(
  indexed: readonly IndexedFile[],
  templates: ReadonlyMap<string, TemplateView>,
  { tasks }: DataFacts,
): LikenessQuestion {
  const files = indexed.map(({ facts, index }) => ({
    path: facts.path,
    index,
    splits: splitsOf(facts),
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
  const versions = files.map(({ path, index, splits }) => [path, index.version, splits]);
  const likes = { key: JSON.stringify([[...fields], versions]), fields };
  const asked = answersAsked(indexed, templates, fields);
  const answers = { ...asked, key: JSON.stringify([asked.key, versions]) };
  return { key: JSON.stringify([likes.key, answers.key]), files, likes, answers };
}

function answersAsked(
  files: readonly IndexedFile[],
  templates: ReadonlyMap<string, TemplateView>,
  fields: LikenessFields,
): LikenessQuestion['answers'] {
  const tasks = new Map<string, AskedFields>();
  const labels = new Map<string, ReadonlyMap<number, string>>();
  for (const [taskname, inputs] of fields) {
    const { settings, forms } = templates.get(taskname)!;
    const answer = settings.answer_field;
    const others = inputs.filter((field) => field !== answer);
    if (forms === undefined || answer === null) tasks.set(taskname, { inputs: others, answer, hasLabels: false });
    else if (others.length > 0) {
      tasks.set(taskname, { inputs: others, answer, hasLabels: true });
      labels.set(taskname, labelKeys(taskname, answer, forms, files));
    }
  }
  const forms = [...labels.keys()].map((taskname) => [...templates.get(taskname)!.forms!]);
  return { key: JSON.stringify([[...tasks], forms]), tasks, labels };
}

/** Which labels the answers of rows stand for: forms as they are written, and all answers of files that have few. */
function labelKeys(
  taskname: string,
  field: string,
  forms: LabelForms,
  files: readonly IndexedFile[],
): ReadonlyMap<number, string> {
  const keys = new Map<number, string>();
  const hash = { high: 0, low: 0 };
  for (const [form, label] of forms) {
    hashText(form, hash);
    keys.set(hashKey(hash.high, hash.low), label);
  }
  for (const { index } of files) {
    for (const { text, key } of index.shapes.tables(taskname)?.get(field)?.values ?? []) {
      const label = labelOf(forms, text);
      if (label !== undefined) keys.set(key, label);
    }
  }
  return keys;
}

/** What is known of rows that are the like of others, and what helps to find it again after a change. */
export class LikenessMemory {
  readonly #most: number;
  #likes: { key: string; found: readonly Likeness[] } | undefined;
  #answers: { key: string; found: readonly Otherwise[] } | undefined;
  /** The latest first. */
  #likeSearches: readonly LikenessSearch[] = [];
  #answerSearches: readonly AnswerSearch[] = [];

  /** @param most how many rows of each file and kind are wanted */
  constructor(most: number) {
    this.#most = most;
  }

  /** By file, in the order of the question; undefined when there are so many rows that `search` must be gone through first. */
  get(question: LikenessQuestion): readonly Likes[] | undefined {
    if (!this.#isKnown(question) && this.#isQuick(question.files)) {
      const steps = this.search(question);
      while (!steps.next().done);
    }
    if (!this.#isKnown(question)) return undefined;
    return this.#likes!.found.map((likeness, i) => ({ likeness, otherwise: this.#answers!.found[i]! }));
  }

  #isKnown({ likes, answers }: LikenessQuestion): boolean {
    return this.#likes?.key === likes.key && this.#answers?.key === answers.key;
  }

  /** Whether an answer is there in a few milliseconds. */
  #isQuick(files: readonly LikenessInput[]): boolean {
    // The first time takes longest: nothing is known, and the program is not warm yet.
    return (
      isSmall(files) &&
      (rowsOf(files) <= FIRST_AT_ONCE_ROWS || this.#likeSearches.some((search) => search.isOver(files)))
    );
  }

  /** Finds the answer to a question, a little at each step. */
  *search({ files, likes, answers }: LikenessQuestion): Generator<undefined, void> {
    if (this.#likes?.key !== likes.key) yield* this.#searchLikes(files, likes);
    // What the first search took is free by now.
    if (this.#answers?.key !== answers.key) yield* this.#searchAnswers(files, answers);
  }

  *#searchLikes(
    files: readonly LikenessInput[],
    { key, fields }: LikenessQuestion['likes'],
  ): Generator<undefined, void> {
    const isKept = isSmall(files);
    const known = this.#likeSearches.find((search) => search.isOf(files, fields));
    const search = known ?? new LikenessSearch(files, fields, this.#most, isKept);
    // One that is given up half-way is not used again, nor is one of files that were read anew.
    this.#likeSearches = this.#likeSearches.filter((other) => other !== known && other.isOver(files));
    this.#likes = { key, found: yield* search.find() };
    if (isKept) this.#likeSearches = [search, ...this.#likeSearches].slice(0, MAX_SEARCHES);
  }

  *#searchAnswers(
    files: readonly LikenessInput[],
    { key, tasks, labels }: LikenessQuestion['answers'],
  ): Generator<undefined, void> {
    const isKept = isSmall(files);
    const known = this.#answerSearches.find((search) => search.isOf(files, tasks));
    const search = known ?? new AnswerSearch(files, tasks, this.#most, isKept);
    this.#answerSearches = this.#answerSearches.filter((other) => other !== known && other.isOver(files));
    this.#answers = { key, found: yield* search.find(labels) };
    if (isKept) this.#answerSearches = [search, ...this.#answerSearches].slice(0, MAX_SEARCHES);
  }
}
