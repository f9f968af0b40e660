import type { Split } from '../data-facts.ts';
import type { RowPlace, RowView } from '../row-view.ts';
import { type AnsweredRow, addRow, type Groups, inEarlierFile, meaningfulForms, type Taught } from './answer-groups.ts';
import type { DataIndex, RowRef } from './data-index.ts';
import { HashCounts } from './hash-counts.ts';
import { isSameFiles, isTraining, type LikenessInput, type LikeRow, rowsOf } from './likeness.ts';
import { RepeatSieve, Repeats } from './repeats.ts';
import { placesOf, RowHashes } from './row-hashes.ts';
import { hashCount, shapeIdOf } from './row-records.ts';
import { isText, type RowShape } from './row-shape.ts';
import { hashKey, mixInto } from './text-hash.ts';

/** What a row of a task is asked and answers. */
export interface AskedFields {
  readonly inputs: readonly string[];
  readonly answer: string | null;
  /** Without labels the same text may have several right answers, so that only rows with the same one are compared. */
  readonly hasLabels: boolean;
}

/** By task. */
export type AskedTasks = ReadonlyMap<string, AskedFields>;

/** By task with labels: the label that an answer stands for, by the key of the answer's hash. */
export type LabelKeys = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** A row to whose like another row gives another label. */
export type OtherwiseRow = RowRef & Pick<RowView, 'answeredOtherwise'>;

interface Some<Row> {
  readonly count: number;
  /** In order, the first of them. */
  readonly rows: readonly Row[];
}

export interface Otherwise extends Some<OtherwiseRow> {
  /** Rows to which training data has the like with the same label, written in another form alone. */
  readonly leaked: Some<LikeRow>;
  /**
   * Rows whose like in training data differs in letter case, blanks or composition of letters alone. Where those carry the meaning
   * they are none: a row whose answer is not that of all training rows that look like it so, and any of a task whose
   * training rows have other labels as often as the same where they differ in that alone. Texts without labels must be answered
   * with the very same letters.
   */
  readonly folded: Some<LikeRow>;
  /** Rows that an earlier file of the same split has, the first of each in its file. */
  readonly repeated: Some<LikeRow>;
}

interface File {
  readonly input: LikenessInput;
  readonly hashes: RowHashes;
  /** How often each hash occurs in the file, where only its first row counts. */
  readonly own: HashCounts | undefined;
}

/**
 * Compares rows with the same text in every field but the answer, over the files of a split and, where they are no training rows
 * themselves, with training rows. Finds those with another label than an earlier one, those that training data has with the same
 * label in another form or with other letter case and the like, and those that stand in an earlier file. Asked again, it looks only
 * at the rows that have changed, and at those that stand several times.
 */
export class AnswerSearch {
  readonly #tasks: AskedTasks;
  readonly #inputs: readonly LikenessInput[];
  readonly #most: number;
  readonly #parts: readonly PartSearch[];

  /**
   * @param files training data first
   * @param most how many rows of each file are wanted; the others are counted
   * @param isKept whether it will be asked again
   */
  constructor(files: readonly LikenessInput[], tasks: AskedTasks, most: number, isKept: boolean) {
    this.#tasks = tasks;
    this.#inputs = files;
    this.#most = most;
    this.#parts = [true, false].flatMap((hasLabels) => {
      const some = new Map([...tasks].filter(([, asked]) => asked.hasLabels === hasLabels));
      return some.size === 0 ? [] : [new PartSearch(files, some, { most, isKept, hasLabels })];
    });
  }

  /** Whether it is about these files, whose rows may have changed, and what is asked in these tasks. */
  isOf(files: readonly LikenessInput[], tasks: AskedTasks): boolean {
    return isSameFiles(this.#inputs, files) && keyOf(this.#tasks) === keyOf(tasks);
  }

  isOver(files: readonly LikenessInput[]): boolean {
    return isSameFiles(this.#inputs, files);
  }

  /** Finds what there is now, in the order of the files; yields as `LikenessSearch` does. */
  *find(labels: LabelKeys): Generator<undefined, Otherwise[]> {
    const found: Otherwise[][] = [];
    for (const part of this.#parts) found.push(yield* part.find(labels));
    return this.#inputs.map((_, file) => this.#merged(found.map((ofPart) => ofPart[file]!)));
  }

  #merged(parts: readonly Otherwise[]): Otherwise {
    const whole = <Row extends RowRef>(some: readonly Some<Row>[]): Some<Row> => ({
      count: some.reduce((sum, { count }) => sum + count, 0),
      rows: some
        .flatMap(({ rows }) => rows)
        .sort((a, b) => a.line - b.line)
        .slice(0, this.#most),
    });
    return {
      ...whole(parts),
      leaked: whole(parts.map(({ leaked }) => leaked)),
      folded: whole(parts.map(({ folded }) => folded)),
      repeated: whole(parts.map(({ repeated }) => repeated)),
    };
  }
}

/**
 * The search in tasks with labels, or in those without. Without labels rows with the same text and answer are of interest only where
 * several files have them, and of a file that has each of its rows twice nothing needs to be kept.
 */
class PartSearch {
  readonly #tasks: AskedTasks;
  readonly #most: number;
  readonly #hasLabels: boolean;
  readonly #inputs: readonly LikenessInput[];
  readonly #files: readonly File[];
  /** Undefined when it will not be asked again: it is then found out in less memory what occurs several times. */
  readonly #repeats: Repeats | undefined;

  constructor(
    files: readonly LikenessInput[],
    tasks: AskedTasks,
    { most, isKept, hasLabels }: { readonly most: number; readonly isKept: boolean; readonly hasLabels: boolean },
  ) {
    this.#tasks = tasks;
    this.#most = most;
    this.#hasLabels = hasLabels;
    this.#inputs = files;
    const fields = {
      exact: new Map([...tasks].map(([taskname, asked]) => [taskname, exactFields(asked)])),
      folded: new Map([...tasks].map(([taskname, { inputs }]) => [taskname, inputs])),
    };
    this.#files = files.map((input) => ({
      input,
      hashes: new RowHashes(input.index, fields),
      own: hasLabels || !isKept ? undefined : new HashCounts(input.index.rows),
    }));
    this.#repeats = isKept ? new Repeats(rowsOf(files)) : undefined;
  }

  /** Finds what there is now, in the order of the files; yields as `LikenessSearch` does. */
  *find(labels: LabelKeys): Generator<undefined, Otherwise[]> {
    const wanted = new KeyFilter(yield* this.#repeated());
    const groups: Groups = { train: new Map(), validation: new Map(), test: new Map(), folded: new Map() };
    const found: Otherwise[] = [];
    for (const file of this.#files) {
      found.push(yield* this.#ofFile(file, labels, wanted, groups));
      yield;
    }
    return found;
  }

  /** The keys of what stands several times, wherever. */
  *#repeated(): Generator<undefined, ReadonlySet<number>> {
    const repeats = this.#repeats;
    if (repeats !== undefined) {
      for (const { hashes, own } of this.#files) {
        yield* hashes.update(
          (high, low) => {
            if (own === undefined || own.add(high, low) === 1) repeats.add(high, low);
          },
          (high, low) => {
            if (own === undefined || own.remove(high, low) === 0) repeats.remove(high, low);
          },
        );
      }
      return repeats.keys;
    }
    const sieve = new RepeatSieve(rowsOf(this.#inputs), !this.#hasLabels);
    for (const { hashes } of this.#files) {
      yield* hashes.update(
        (_, low) => sieve.add(low),
        () => {},
      );
      sieve.endFile();
    }
    const some = new Repeats();
    for (const { hashes } of this.#files) {
      const own = this.#hasLabels ? undefined : new HashCounts();
      yield* hashes.each((high, low) => {
        if (sieve.mayRepeat(low) && (own === undefined || own.add(high, low) === 1)) some.add(high, low);
      });
    }
    return some.keys;
  }

  /** @param groups those of the files before it; its own rows are added */
  *#ofFile(
    { input, hashes }: File,
    labels: LabelKeys,
    wanted: KeyFilter,
    groups: Groups,
  ): Generator<undefined, Otherwise> {
    // Of a file that is training data and something else it is said that it is.
    const splits: readonly Split[] = isTraining(input) ? ['train'] : input.splits;
    // Training rows are not held against training rows.
    const training: Taught = isTraining(input) ? { train: new Map(), folded: new Map() } : groups;
    const meaningful = meaningfulForms(training.folded.values());
    const others = new Found<OtherwiseRow>(this.#most);
    const folded = new Found<LikeRow>(this.#most);
    const leaked = new Found<LikeRow>(this.#most);
    const repeated = new Found<LikeRow>(this.#most);
    for (const answered of this.#answered(input.index, hashes, labels, wanted)) {
      if (answered === undefined) {
        yield;
        continue;
      }
      const { key, foldedKey, taskname, answer, label, ref } = answered;
      const taught = training.train.get(key);
      const before = splits.flatMap((split) => groups[split].get(key) ?? []);
      const earlier = (taught ?? before[0])?.first;
      if (earlier !== undefined && earlier.label !== label) others.add({ ...ref, answeredOtherwise: earlier });
      else if (taught !== undefined && taught.get(answer) === undefined) {
        leaked.add({ ...ref, duplicateOf: undefined, leakedFrom: placeOf(taught.first) });
      } else if (taught === undefined && !meaningful.has(taskname)) {
        const like = training.folded.get(foldedKey);
        if (like?.label === label) {
          folded.add({ ...ref, duplicateOf: undefined, leakedFrom: { ...placeOf(like.first), isFolded: true } });
        }
      }
      const original = inEarlierFile(before, answer, input);
      if (original !== undefined) repeated.add({ ...ref, duplicateOf: placeOf(original), leakedFrom: undefined });
      addRow(groups, splits, input, answered);
    }
    return { ...others.found, leaked: leaked.found, folded: folded.found, repeated: repeated.found };
  }

  /** The rows with one of some keys that have an answer: a label, in a task with labels. Undefined stands between two blocks. */
  *#answered(
    index: DataIndex,
    likes: RowHashes,
    labels: LabelKeys,
    wanted: KeyFilter,
  ): Generator<AnsweredRow | undefined> {
    if (wanted.isEmpty) return;
    const shapes = index.shapes.all.map((shape) => this.#asked(shape, labels));
    const hash = { high: 0, low: 0 };
    for (const [at, block] of index.blocks.entries()) {
      const { hashes, count } = block.records!;
      const own = likes.of(block.records!);
      let start = 0;
      for (let row = 0; row < count; row++) {
        const shape = shapes[shapeIdOf(block.records!, row)]!;
        const from = start;
        start += shape.hashes;
        if (!shape.isWhole || !wanted.mayHave(own[row * 2 + 1]!)) continue;
        [hash.high, hash.low] = [own[row * 2]!, own[row * 2 + 1]!];
        const foldedKey = hashKey(hash.high, hash.low);
        if (!wanted.has(foldedKey)) continue;
        for (const place of shape.places) mixInto(hash, hashes[from + place]!, hashes[from + place + 1]!);
        const key = hashKey(hash.high, hash.low);
        const place = from + shape.place;
        const answer = shape.place < 0 ? 0 : hashKey(hashes[place]!, hashes[place + 1]!);
        const label = shape.labels?.get(answer);
        if (label === undefined) continue;
        yield { key, foldedKey, taskname: shape.taskname, answer, label, ref: index.ref(at, row) };
      }
      yield undefined;
    }
  }

  #asked(shape: RowShape, labels: LabelKeys): AskedShape {
    const taskname = shape.taskname ?? '';
    const asked = this.#tasks.get(taskname);
    const places = placesOf(shape, asked?.inputs ?? []);
    const answer = asked?.answer ?? null;
    const [answerAt = -1] = placesOf(shape, answer === null ? [] : [answer]);
    const isGiven = (at: number) => isText(shape.kinds[at / 2]);
    const place = asked?.hasLabels ? answerAt : -1;
    return {
      taskname,
      hashes: hashCount(shape),
      isWhole: asked !== undefined && places.every(isGiven) && (answer === null || isGiven(answerAt)),
      places,
      place,
      labels: place < 0 ? UNLABELLED : labels.get(taskname),
    };
  }
}

/** What the answer of a task without labels counts as. */
const UNLABELLED: ReadonlyMap<number, string> = new Map([[0, '']]);

/** Where in rows of a shape stands what is asked. */
interface AskedShape {
  readonly taskname: string;
  /** How many numbers of hashes a row has. */
  readonly hashes: number;
  /** Whether a row has a text in each field that is asked of. */
  readonly isWhole: boolean;
  /** Of the hashes of the fields in front of the answer, among the row's. */
  readonly places: readonly number[];
  /** Of the answer's; below 0 without labels. */
  readonly place: number;
  readonly labels: ReadonlyMap<number, string> | undefined;
}

function exactFields({ answer, hasLabels }: AskedFields): readonly string[] {
  return hasLabels || answer === null ? [] : [answer];
}

function placeOf({ file, line }: RowPlace): RowPlace {
  return { file, line };
}

/** Counts all, and keeps the first. */
class Found<Row> {
  readonly #most: number;
  readonly found: { count: number; readonly rows: Row[] } = { count: 0, rows: [] };

  constructor(most: number) {
    this.#most = most;
  }

  add(row: Row): void {
    this.found.count += 1;
    if (this.found.rows.length < this.#most) this.found.rows.push(row);
  }
}

/** Whether a key is one of some. Looking into a set is slow; most are told apart by a few bits. */
class KeyFilter {
  readonly #keys: ReadonlySet<number>;
  readonly #bits = new Uint8Array(1 << 16);

  constructor(keys: ReadonlySet<number>) {
    this.#keys = keys;
    for (const key of keys) this.#bits[key & 0xffff] = 1;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** @param low the lower half of the hash */
  mayHave(low: number): boolean {
    return this.#bits[low & 0xffff] === 1;
  }

  has(key: number): boolean {
    return this.#keys.has(key);
  }
}

function keyOf(tasks: AskedTasks): string {
  return JSON.stringify([...tasks]);
}
