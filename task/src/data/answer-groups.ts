import type { Split } from '../data-facts.ts';
import type { RowPlace, RowView } from '../row-view.ts';
import type { RowRef } from './data-index.ts';
import { isTraining, type LikenessInput } from './likeness.ts';

type Answered = NonNullable<RowView['answeredOtherwise']>;

/** The rows of a split with the same text in every field but the answer: there may be half as many such groups as rows. */
class Group {
  readonly first: Answered;
  readonly #answer: number;
  #latest: LikenessInput;
  /** Of other answers than that of the first row. */
  #others: Map<number, { readonly first: RowPlace; latest: LikenessInput }> | undefined;

  /** @param input the file that has the first row */
  constructor(first: Answered, answer: number, input: LikenessInput) {
    this.first = first;
    this.#answer = answer;
    this.#latest = input;
  }

  /** The first row with an answer, by its key; and the latest file that has one. */
  get(answer: number): { readonly first: RowPlace; readonly latest: LikenessInput } | undefined {
    return answer === this.#answer ? { first: this.first, latest: this.#latest } : this.#others?.get(answer);
  }

  add(row: RowPlace, answer: number, input: LikenessInput): void {
    if (answer === this.#answer) {
      this.#latest = input;
      return;
    }
    this.#others ??= new Map();
    const known = this.#others.get(answer);
    if (known === undefined) this.#others.set(answer, { first: row, latest: input });
    else known.latest = input;
  }
}

/** Training rows whose texts differ in letter case, blanks or composition of letters at most. */
interface Folded {
  readonly first: Answered;
  readonly taskname: string;
  /** Of the first row. */
  readonly key: number;
  /** Whether some of the texts do differ. */
  hasForms: boolean;
  /** Of all of them; undefined where they have several. */
  label: string | undefined;
}

/** A row with an answer: a label, in a task with labels. */
export interface AnsweredRow {
  /** Of the texts in every field but the answer, */
  readonly key: number;
  /** and of the same, with letter case, blanks and composition of letters left out. Without labels the answer is in both. */
  readonly foldedKey: number;
  readonly taskname: string;
  /** 0 without labels. */
  readonly answer: number;
  /** Empty without labels. */
  readonly label: string;
  readonly ref: RowRef;
}

/** By key. */
export type Groups = Readonly<Record<Split, Map<number, Group>>> & { readonly folded: Map<number, Folded> };

/** What of them training rows make. */
export type Taught = Pick<Groups, 'train' | 'folded'>;

/** The first row with an answer, where no row of the file itself has it: the second one there is found by the file alone. */
export function inEarlierFile(groups: readonly Group[], answer: number, input: LikenessInput): RowPlace | undefined {
  const same = groups.flatMap((group) => group.get(answer) ?? []);
  return same.every(({ latest }) => latest !== input) ? same[0]?.first : undefined;
}

/** Adds a row to the groups of the splits that its file is data for, and to what training rows teach. */
export function addRow(
  groups: Groups,
  splits: readonly Split[],
  input: LikenessInput,
  { key, foldedKey, taskname, answer, label, ref }: AnsweredRow,
): void {
  const here = { file: input.path, line: ref.line, label };
  if (isTraining(input)) fold(groups.folded, foldedKey, { first: here, taskname, key });
  for (const split of splits) {
    const group = groups[split].get(key);
    if (group === undefined) groups[split].set(key, new Group(here, answer, input));
    else group.add(here, answer, input);
  }
}

function fold(groups: Map<number, Folded>, foldedKey: number, row: Pick<Folded, 'first' | 'taskname' | 'key'>): void {
  const known = groups.get(foldedKey);
  if (known === undefined) groups.set(foldedKey, { ...row, hasForms: false, label: row.first.label });
  else {
    if (known.key !== row.key) known.hasForms = true;
    if (known.label !== row.first.label) known.label = undefined;
  }
}

/** The tasks whose training rows have other labels as often as the same where they differ in letter case and the like alone. */
export function meaningfulForms(groups: Iterable<Folded>): Set<string> {
  const balances = new Map<string, number>();
  for (const { taskname, hasForms, label } of groups) {
    if (hasForms) balances.set(taskname, (balances.get(taskname) ?? 0) + (label === undefined ? -1 : 1));
  }
  return new Set([...balances].flatMap(([taskname, balance]) => (balance <= 0 ? [taskname] : [])));
}
