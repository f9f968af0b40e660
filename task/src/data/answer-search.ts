import type { RowView } from '../row-view.ts';
import type { DataIndex } from './data-index.ts';
import { FileLikeness, type LikenessFields } from './file-likeness.ts';
import { HashCounts } from './hash-counts.ts';
import { isSameFiles, type LikenessInput, type LikeRow } from './likeness.ts';
import type { RowRef } from './read-rows.ts';
import { COLUMNS, hashCount } from './row-records.ts';
import { isText } from './row-shape.ts';
import { hashKey, type TextHash } from './text-hash.ts';

/** What a row of a task with labels is asked and answers. */
export interface AskedFields {
  readonly inputs: readonly string[];
  readonly answer: string;
}

/** By task. */
export type AskedTasks = ReadonlyMap<string, AskedFields>;

/** By task: the label that an answer stands for, by the key of the answer's hash. */
export type LabelKeys = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** A row to whose like another row gives another label. */
export type OtherwiseRow = RowRef & Pick<RowView, 'answeredOtherwise'>;

export interface Otherwise {
  readonly count: number;
  /** In order, the first of them. */
  readonly rows: readonly OtherwiseRow[];
  /** Rows to which training data has the like with the same label, written in another form alone. */
  readonly leaked: { readonly count: number; readonly rows: readonly LikeRow[] };
}

interface File {
  readonly input: LikenessInput;
  readonly likeness: FileLikeness;
}

type Answered = NonNullable<RowView['answeredOtherwise']>;

/** The first training row of a key, and the keys of all answers that training rows of it have. */
interface Trained {
  readonly first: Answered;
  readonly answers: Set<number>;
}

/**
 * Finds rows that have what another row has in every field but the answer, and another label: one that stands before it in its
 * own file, or a training row where it is none itself. And finds rows that training data has with the same label in another form. Asked again, it looks only at the rows that have changed, and at those
 * that stand several times.
 */
export class AnswerSearch {
  readonly #tasks: AskedTasks;
  readonly #most: number;
  readonly #files: readonly LikenessInput[];
  readonly #inputs: LikenessFields;
  readonly #heldOut: readonly File[];
  /** Undefined when it will not be asked again, to take less memory: training files are then looked through one after another. */
  readonly #training: readonly File[] | undefined;
  /** Keys of what both training data and another file have. */
  readonly #shared = new Set<number>();

  /**
   * @param files training data first
   * @param most how many rows of each file are wanted; the others are counted
   * @param isKept whether it will be asked again
   */
  constructor(files: readonly LikenessInput[], tasks: AskedTasks, most: number, isKept: boolean) {
    this.#tasks = tasks;
    this.#most = most;
    this.#files = files;
    this.#inputs = new Map([...tasks].map(([taskname, { inputs }]) => [taskname, inputs]));
    this.#heldOut = files.filter(({ isTraining }) => !isTraining).map((input) => this.#file(input));
    this.#training = isKept
      ? files.filter(({ isTraining }) => isTraining).map((input) => this.#file(input))
      : undefined;
  }

  /** Whether it is about these files, whose rows may have changed, and what is asked in these tasks. */
  isOf(files: readonly LikenessInput[], tasks: AskedTasks): boolean {
    return isSameFiles(this.#files, files) && keyOf(this.#tasks) === keyOf(tasks);
  }

  isOver(files: readonly LikenessInput[]): boolean {
    return isSameFiles(this.#files, files);
  }

  /** Finds what there is now, in the order of the files; yields as `LikenessSearch` does. */
  *find(labels: LabelKeys): Generator<undefined, Otherwise[]> {
    if (this.#tasks.size === 0) return this.#files.map(() => NOTHING);
    const found = new Map<LikenessInput, Otherwise>();
    const changed: TextHash[] = [];
    for (const { likeness } of this.#heldOut) {
      // When all is new, the training rows are looked for in these, below.
      yield* likeness.update((high, low) => {
        if (this.#training !== undefined) changed.push({ high, low });
      });
    }
    const training = new Map<number, Trained>();
    for (const file of this.#training ?? []) yield* this.#update(file);
    for (const { high, low } of changed) this.#decide(high, low);
    for (const file of this.#training ?? []) {
      found.set(file.input, this.#ofFile(file, labels, training));
      yield;
    }
    if (this.#training === undefined) yield* this.#inTurn(labels, training, found);
    for (const file of this.#heldOut) {
      found.set(file.input, this.#ofFile(file, labels, training));
      yield;
    }
    return this.#files.map((input) => found.get(input)!);
  }

  *#inTurn(
    labels: LabelKeys,
    training: Map<number, Trained>,
    found: Map<LikenessInput, Otherwise>,
  ): Generator<undefined, void> {
    const inputs = this.#files.filter(({ isTraining }) => isTraining);
    const counts = new HashCounts(Math.max(0, ...inputs.map(({ index }) => index.rows)));
    for (const input of inputs) {
      const file = this.#file(input, counts);
      yield* this.#update(file);
      found.set(input, this.#ofFile(file, labels, training));
      counts.clear();
      yield;
    }
  }

  #file(input: LikenessInput, counts?: HashCounts): File {
    const { index } = input;
    return { input, likeness: new FileLikeness(index, this.#inputs, counts ?? new HashCounts(index.rows)) };
  }

  *#update({ likeness }: File): Generator<undefined, void> {
    yield* likeness.update((high, low) => {
      if (this.#training !== undefined) this.#decide(high, low);
      else if (has(this.#heldOut, high, low)) this.#shared.add(hashKey(high, low));
    });
  }

  /** Finds out whether a hash that has come or gone is in training data and in another file. */
  #decide(high: number, low: number): void {
    const isShared = has(this.#heldOut, high, low) && has(this.#training!, high, low);
    if (isShared) this.#shared.add(hashKey(high, low));
    else this.#shared.delete(hashKey(high, low));
  }

  /** @param training the first training row of each key; those of a training file are added */
  #ofFile({ input, likeness }: File, labels: LabelKeys, training: Map<number, Trained>): Otherwise {
    const own = new Map<number, Answered>();
    const rows: OtherwiseRow[] = [];
    const leaked: LikeRow[] = [];
    let [others, leaks] = [0, 0];
    const wanted = new Set([...likeness.repeated, ...this.#shared]);
    for (const { key, answer, label, ref } of this.#answered(input.index, likeness, wanted, labels)) {
      const here = { file: input.path, line: ref.line, label };
      const trained = training.get(key);
      if (input.isTraining) {
        if (trained === undefined) training.set(key, { first: here, answers: new Set([answer]) });
        else trained.answers.add(answer);
      }
      const taught = input.isTraining ? undefined : trained;
      const earlier = taught?.first ?? own.get(key);
      if (earlier === undefined) own.set(key, here);
      else if (earlier.label !== label) {
        others += 1;
        if (rows.length < this.#most) rows.push({ ...ref, answeredOtherwise: earlier });
      } else if (taught !== undefined && !taught.answers.has(answer)) {
        leaks += 1;
        const { file, line } = taught.first;
        if (leaked.length < this.#most) leaked.push({ ...ref, duplicateOf: -1, leakedFrom: { file, line } });
      }
    }
    return { count: others, rows, leaked: { count: leaks, rows: leaked } };
  }

  /** The rows with one of some keys that have a label. */
  *#answered(
    index: DataIndex,
    likeness: FileLikeness,
    wanted: ReadonlySet<number>,
    labels: LabelKeys,
  ): Generator<{ key: number; answer: number; label: string; ref: RowRef }> {
    if (wanted.size === 0) return;
    // Looking into a set is slow; most rows are told apart by a few bits.
    const bits = new Uint8Array(1 << 16);
    for (const key of wanted) bits[key & 0xffff] = 1;
    const shapes = index.shapes.all.map((shape) => {
      const asked = this.#tasks.get(shape.taskname ?? '');
      const isAnswered = (field: string) => isText(shape.kinds[shape.fields.indexOf(field)]);
      const isWhole = asked !== undefined && [...asked.inputs, asked.answer].every(isAnswered);
      return {
        hashes: hashCount(shape),
        place: isWhole ? shape.fields.indexOf(asked.answer) * 2 : -1,
        labels: labels.get(shape.taskname ?? ''),
      };
    });
    for (const [at, block] of index.blocks.entries()) {
      const { columns, hashes, count } = block.records!;
      const likes = likeness.hashes(block.records!);
      let start = 0;
      for (let row = 0; row < count; row++) {
        const shape = shapes[columns[row * COLUMNS + 1]!]!;
        const place = start + shape.place;
        start += shape.hashes;
        if (shape.place < 0 || bits[likes[row * 2 + 1]! & 0xffff] === 0) continue;
        const key = hashKey(likes[row * 2]!, likes[row * 2 + 1]!);
        if (!wanted.has(key)) continue;
        const answer = hashKey(hashes[place]!, hashes[place + 1]!);
        const label = shape.labels?.get(answer);
        if (label === undefined) continue;
        yield { key, answer, label, ref: { block, row, line: index.lineOf(at) + columns[row * COLUMNS]! } };
      }
    }
  }
}

function keyOf(tasks: AskedTasks): string {
  return JSON.stringify([...tasks]);
}

const NOTHING: Otherwise = { count: 0, rows: [], leaked: { count: 0, rows: [] } };

function has(files: readonly File[], high: number, low: number): boolean {
  return files.some(({ likeness }) => likeness.count(high, low) > 0);
}
