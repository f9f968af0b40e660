import type { TaskContext } from '../context.ts';
import { madeAtMost } from '../row-findings.ts';
import { RowPlaces, type RowView } from '../row-view.ts';
import type { BadRow, RowObject } from '../rows.ts';
import type { Rule } from '../rule.ts';
import type { OtherwiseRow } from './answer-search.ts';
import type { DataIndex, RowRef } from './data-index.ts';
import type { LikeRow } from './likeness.ts';
import type { Likes } from './likeness-memory.ts';
import { hashCount, shapeIdOf } from './row-records.ts';
import { BAD_ROW, isText, type RowShape } from './row-shape.ts';
import { hashKey } from './text-hash.ts';

/** A row with the likes of it for which a rule fires. */
export type FiredRow = RowRef | LikeRow | OtherwiseRow;

/** What a row is the like of, as far as that is why a rule fires. */
export function likesOf(row: FiredRow): Partial<Pick<RowView, 'duplicateOf' | 'leakedFrom' | 'answeredOtherwise'>> {
  if ('duplicateOf' in row) return { duplicateOf: row.duplicateOf, leakedFrom: row.leakedFrom };
  return 'answeredOtherwise' in row ? { answeredOtherwise: row.answeredOtherwise } : {};
}

/** The rows of a file of which a rule has something to say under one group. */
export interface FiredGroup {
  readonly rule: Rule;
  readonly group: string;
  /** How many findings there are. */
  readonly count: number;
  /** The rows of the first of them, as many as can be shown. */
  readonly rows: readonly FiredRow[];
}

/** Groups of the same rule and name as one. */
export function mergedGroups(groups: readonly FiredGroup[]): FiredGroup[] {
  const merged = new Map<Rule, Map<string, { count: number; rows: FiredRow[] }>>();
  for (const { rule, group, count, rows } of groups) {
    const byName = merged.get(rule) ?? new Map<string, { count: number; rows: FiredRow[] }>();
    merged.set(rule, byName);
    const known = byName.get(group) ?? { count: 0, rows: [] };
    byName.set(group, known);
    known.count += count;
    // Where all are wanted there may be more of them than a call takes arguments.
    for (const row of rows) known.rows.push(row);
  }
  return [...merged].flatMap(([rule, byName]) =>
    [...byName].map(([group, { count, rows }]) => ({
      rule,
      group,
      count,
      rows: rows.sort((a, b) => a.line - b.line).slice(0, madeAtMost(rule)),
    })),
  );
}

/** How often a rule fires under each group. */
type Fires = ReadonlyMap<string, number>;

const NONE: Fires = new Map();

/** A row as the rules look at it, of which only some is known. */
export function viewOf(context: TaskContext, file: string, value: RowObject, more: Partial<RowView> = {}): RowView {
  const { taskname } = value;
  return {
    file,
    value,
    template: typeof taskname === 'string' ? context.template(taskname) : undefined,
    isExample: false,
    places: new RowPlaces(''),
    repeated: [],
    duplicateOf: undefined,
    leakedFrom: undefined,
    answeredOtherwise: undefined,
    tokens: undefined,
    ...more,
  };
}

/** Whether a rule has something to say of a row, without saying it. */
export function fires(rule: Rule, view: RowView, context: TaskContext): Fires {
  let found: Map<string, number> | undefined;
  rule.checkRow!(view, context, (_, group = '') => {
    found ??= new Map();
    found.set(group, (found.get(group) ?? 0) + 1);
  });
  return found ?? NONE;
}

/** What rules say that look at the shape of a row alone: it is asked of one row of each shape. */
export function firedByShape(
  index: DataIndex,
  file: string,
  rules: readonly Rule[],
  context: TaskContext,
): FiredGroup[] {
  const counting = new FirstRows(index);
  for (const shape of index.shapes.all) {
    if (shape.rows === 0) continue;
    for (const rule of rules) {
      const found = shape.id === BAD_ROW ? firesOnBadRow(rule) : shapeFires(rule, shape, file, context);
      for (const [group, times] of found) counting.count(rule, group, shape, times);
    }
  }
  return counting.groups();
}

function shapeFires(rule: Rule, shape: RowShape, file: string, context: TaskContext): Fires {
  return rule.looksAt === 'shape'
    ? fires(rule, viewOf(context, file, shape.example, { repeated: shape.repeated }), context)
    : NONE;
}

function firesOnBadRow(rule: Rule): Fires {
  const found = new Map<string, number>();
  const row: BadRow = {
    line: 0,
    byteOffset: 0,
    byteLength: 0,
    text: '',
    value: undefined,
    problem: { start: 0, end: 0, message: '' },
  };
  rule.checkBadRow?.(row, (_, group = '') => found.set(group, (found.get(group) ?? 0) + 1));
  return found;
}

/** Counts by shapes, and then finds the first rows of all groups in one pass. */
class FirstRows {
  readonly #index: DataIndex;
  readonly #groups = new Map<Rule, Map<string, { count: number; made: number; rows: RowRef[] }>>();
  /** By the id of a shape: the groups that its rows belong to. */
  readonly #byShape: { group: { count: number; made: number; rows: RowRef[] }; most: number; times: number }[][] = [];

  constructor(index: DataIndex) {
    this.#index = index;
  }

  count(rule: Rule, name: string, shape: RowShape, times: number): void {
    const groups = this.#groups.get(rule) ?? new Map();
    this.#groups.set(rule, groups);
    const group = groups.get(name) ?? { count: 0, made: 0, rows: [] };
    groups.set(name, group);
    group.count += times * shape.rows;
    this.#byShape[shape.id] ??= [];
    this.#byShape[shape.id]!.push({ group, most: madeAtMost(rule), times });
  }

  groups(): FiredGroup[] {
    this.#find();
    return [...this.#groups].flatMap(([rule, groups]) =>
      [...groups].map(([group, { count, rows }]) => ({ rule, group, count, rows })),
    );
  }

  #find(): void {
    const wanted = new Set(this.#byShape.flatMap((groups) => groups?.map(({ group }) => group) ?? []));
    for (const [at, block] of this.#index.blocks.entries()) {
      const records = block.records!;
      for (let row = 0; row < records.count; row++) {
        const groups = this.#byShape[shapeIdOf(records, row)];
        if (groups === undefined) continue;
        for (const { group, most, times } of groups) {
          if (group.made >= most) continue;
          group.made += times;
          group.rows.push(this.#index.ref(at, row));
          if (group.made >= Math.min(most, group.count)) wanted.delete(group);
        }
        if (wanted.size === 0) return;
      }
    }
  }
}

/** Whether each different answer of a task is known; with too many of them, rows must be read. */
export function knowsAllAnswers(index: DataIndex, taskname: string, field: string): boolean {
  if (index.shapes.tables(taskname)?.get(field)?.isComplete) return true;
  return answeringShapes(index, taskname, field).length === 0;
}

function answeringShapes(index: DataIndex, taskname: string, field: string): RowShape[] {
  return index.shapes.all.filter(
    (shape) => shape.rows > 0 && shape.taskname === taskname && isText(shape.kinds[shape.fields.indexOf(field)]),
  );
}

/** What rules say that look at the answer of a row: each is asked once for each different answer, all of which are known. */
export function firedByAnswer(
  index: DataIndex,
  file: string,
  rules: readonly Rule[],
  context: TaskContext,
  taskname: string,
): FiredGroup[] {
  const template = context.template(taskname);
  const field = template?.settings.answer_field;
  const table = typeof field === 'string' ? index.shapes.tables(taskname)?.get(field) : undefined;
  if (typeof field !== 'string' || table === undefined || !table.isComplete) return [];
  const shapes = answeringShapes(index, taskname, field);
  return rules.flatMap((rule) => {
    const counts = new Map<string, { count: number; times: Map<number, number> }>();
    for (const { text, key, rows } of table.values) {
      const found = fires(rule, viewOf(context, file, { taskname, [field]: text }), context);
      for (const [name, times] of found) {
        const group = counts.get(name) ?? { count: 0, times: new Map<number, number>() };
        counts.set(name, group);
        group.count += times * rows;
        group.times.set(key, times);
      }
    }
    return [...counts].map(([group, { count, times }]) => {
      const most = Math.min(madeAtMost(rule), count);
      return { rule, group, count, rows: firstWithAnswer(index, new Set(shapes), field, times, most) };
    });
  });
}

function firstWithAnswer(
  index: DataIndex,
  shapes: ReadonlySet<RowShape>,
  field: string,
  times: ReadonlyMap<number, number>,
  most: number,
): RowRef[] {
  const found: RowRef[] = [];
  let made = 0;
  const places = index.shapes.all.map((shape) => (shapes.has(shape) ? shape.fields.indexOf(field) * 2 : -1));
  const counts = index.shapes.all.map(hashCount);
  for (const [at, block] of index.blocks.entries()) {
    const { hashes, count } = block.records!;
    let hashesAt = 0;
    for (let row = 0; row < count; row++) {
      const shape = shapeIdOf(block.records!, row);
      const place = places[shape]!;
      const start = hashesAt + place;
      hashesAt += counts[shape]!;
      if (place < 0) continue;
      const more = times.get(hashKey(hashes[start]!, hashes[start + 1]!));
      if (more === undefined) continue;
      found.push(index.ref(at, row));
      made += more;
      if (made >= most) return found;
    }
  }
  return found;
}

/** What rules say that look at whether a row is a duplicate or a leak. */
export function firedByLikeness(
  { likeness: { counts, rows: firstRows }, otherwise }: Likes,
  file: string,
  rules: readonly Rule[],
  context: TaskContext,
): FiredGroup[] {
  const somewhere = { file, line: 0 };
  // To the letter, a training row that lacks a field is one with an empty text. Letter case and the like are looked at in whole rows
  // alone, which may find another training row.
  const leakedLines = new Set(firstRows.filter(({ leakedFrom }) => leakedFrom).map(({ line }) => line));
  const folded = otherwise.folded.rows.filter(({ line }) => !leakedLines.has(line));
  const foldedCount = otherwise.folded.count - (otherwise.folded.rows.length - folded.length);
  // The file alone tells of the first row in it, which may have an earlier like in another: that one is the first of all.
  const firstOfAll = new Map(otherwise.repeated.rows.map(({ line, duplicateOf }) => [line, duplicateOf]));
  const likes = firstRows.map((row) => ({
    ...row,
    duplicateOf: (row.duplicateOf && firstOfAll.get(row.duplicateOf.line)) ?? row.duplicateOf,
  }));
  const kinds = [
    { count: counts.duplicate, like: { duplicateOf: somewhere } },
    { count: counts.leaked, like: { leakedFrom: somewhere } },
    { count: counts.both, like: { duplicateOf: somewhere, leakedFrom: somewhere } },
    // Whatever else these are: no rule looks at both.
    { count: otherwise.count, like: { answeredOtherwise: { ...somewhere, label: '' } } },
    { count: otherwise.leaked.count, like: { leakedFrom: somewhere } },
    { count: foldedCount, like: { leakedFrom: somewhere } },
    { count: otherwise.repeated.count, like: { duplicateOf: somewhere } },
  ];
  return rules.flatMap((rule) => {
    const groups = new Map<string, number>();
    for (const { count, like } of kinds) {
      if (count === 0) continue;
      const found = fires(rule, viewOf(context, file, {}, like), context);
      for (const [group, times] of found) groups.set(group, (groups.get(group) ?? 0) + times * count);
    }
    return [...groups].map(([group, count]) => {
      const rows = [...likes, ...otherwise.rows, ...otherwise.leaked.rows, ...folded, ...otherwise.repeated.rows]
        .filter((row) => fires(rule, viewOf(context, file, {}, likesOf(row)), context).get(group) !== undefined)
        .sort((a, b) => a.line - b.line);
      return { rule, group, count, rows: rows.slice(0, madeAtMost(rule)) };
    });
  });
}
