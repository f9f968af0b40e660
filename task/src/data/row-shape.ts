import { mayBeGarbled } from '../garbled.ts';
import { leastWithRepeat } from '../repeated-fields.ts';
import { textOf } from '../row-view.ts';
import type { RowObject } from '../rows.ts';
import { ValueTable } from './value-table.ts';

/**
 * What a field's value is to the rules: blank text, odd text that holds a brace, the start of a marker or letters that may be
 * garbled, other text, or no text at all.
 */
export type ValueKind = 'blank' | 'odd' | 'text' | 'other';
const KINDS: readonly ValueKind[] = ['blank', 'odd', 'text', 'other'];

/** More fields of one task are not sampled. */
const MAX_SAMPLED_FIELDS = 32;

/** What rows have in common that have the same task and the same fields, with the same kinds of values and the same ones repeated. */
export interface RowShape {
  readonly id: number;
  /** Undefined when rows name no task, or not with a text. */
  readonly taskname: string | undefined;
  /** All but `taskname`, in the rows' order. */
  readonly fields: readonly string[];
  readonly kinds: readonly ValueKind[];
  /** Those that stand several times in the row, `taskname` included. */
  readonly repeated: readonly string[];
  /** The least that the source of a row has in which a field stands twice, without the texts of `fields`. */
  readonly leastWithRepeat: number;
  /** The texts of each field in all rows of the task; shared with its other shapes. */
  readonly tables: readonly (ValueTable | undefined)[];
  /** A row of this shape. */
  readonly example: RowObject;
  /** How many rows have it. */
  rows: number;
}

interface Node {
  shape: RowShape | undefined;
  /** By field, then by the number of its kind. */
  next: Map<string, (Node | undefined)[]> | undefined;
}

/** By taskname; null is one that is no text. */
type Roots = Map<string | null | undefined, Node>;

/** The id of lines that are no row. */
export const BAD_ROW = 0;

/** The shapes of a data file's rows, each once, by id. */
export class ShapeTable {
  readonly bad: RowShape = {
    id: BAD_ROW,
    taskname: undefined,
    fields: [],
    kinds: [],
    repeated: [],
    leastWithRepeat: Number.POSITIVE_INFINITY,
    tables: [],
    example: {},
    rows: 0,
  };
  readonly #shapes: RowShape[] = [this.bad];
  readonly #roots: Roots = new Map();
  readonly #rootsOfRepeated = new Map<string, Roots>();
  readonly #tables = new Map<string, Map<string, ValueTable>>();

  get all(): readonly RowShape[] {
    return this.#shapes;
  }

  at(id: number): RowShape {
    return this.#shapes[id]!;
  }

  /** The texts of a task's fields. */
  tables(taskname: string): ReadonlyMap<string, ValueTable> | undefined {
    return this.#tables.get(taskname);
  }

  /** Whether too few texts of a field are kept since rows have gone, so that all rows should be read anew. */
  get isThin(): boolean {
    return [...this.#tables.values()].some((tables) => [...tables.values()].some((table) => table.isThin));
  }

  of(row: RowObject, repeated: readonly string[] = []): RowShape {
    const taskname = textOf(row, 'taskname') ?? (Object.hasOwn(row, 'taskname') ? null : undefined);
    const roots = repeated.length === 0 ? this.#roots : this.#rootsOf(repeated);
    let node: Node = roots.get(taskname) ?? { shape: undefined, next: undefined };
    roots.set(taskname, node);
    for (const field in row) {
      if (field === 'taskname') continue;
      const kind = kindOf(row[field]);
      node.next ??= new Map();
      let kinds = node.next.get(field);
      if (kinds === undefined) {
        kinds = [undefined, undefined, undefined, undefined];
        node.next.set(field, kinds);
      }
      node = kinds[kind] ??= { shape: undefined, next: undefined };
    }
    node.shape ??= this.#make(row, taskname, repeated);
    return node.shape;
  }

  #rootsOf(repeated: readonly string[]): Roots {
    const key = JSON.stringify(repeated);
    const roots = this.#rootsOfRepeated.get(key) ?? new Map();
    this.#rootsOfRepeated.set(key, roots);
    return roots;
  }

  #make(row: RowObject, taskname: string | null | undefined, repeated: readonly string[]): RowShape {
    const fields = Object.keys(row).filter((field) => field !== 'taskname');
    const kinds = fields.map((field) => KINDS[kindOf(row[field])]!);
    const example = Object.fromEntries([
      ...(taskname === undefined ? [] : [['taskname', taskname]]),
      ...fields.map((field, i) => [field, EXAMPLES[kinds[i]!]]),
    ]) as RowObject;
    const tables = typeof taskname === 'string' ? fields.map((field) => this.#table(taskname, field)) : [];
    const id = this.#shapes.length;
    const ofTask = taskname === undefined ? [] : ['taskname'];
    const areTexts = kinds.map((kind) => kind !== 'other');
    const least = leastWithRepeat([...ofTask, ...fields], [...ofTask.map(() => false), ...areTexts]);
    const shape = {
      id,
      taskname: taskname ?? undefined,
      fields,
      kinds,
      repeated,
      leastWithRepeat: least,
      tables,
      example,
      rows: 0,
    };
    this.#shapes.push(shape);
    return shape;
  }

  #table(taskname: string, field: string): ValueTable | undefined {
    const tables = this.#tables.get(taskname) ?? new Map<string, ValueTable>();
    this.#tables.set(taskname, tables);
    if (!tables.has(field) && tables.size < MAX_SAMPLED_FIELDS) tables.set(field, new ValueTable());
    return tables.get(field);
  }
}

const EXAMPLES: Readonly<Record<ValueKind, unknown>> = { blank: '', odd: 'x', text: 'x', other: null };

/** The index in KINDS. */
function kindOf(value: unknown): number {
  if (typeof value !== 'string') return 3;
  if (isBlank(value)) return 0;
  return value.includes('{') || value.includes('<|VIRTUAL_PROMPT_') || mayBeGarbled(value) ? 1 : 2;
}

function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  // Most texts start with a letter; only others need a look at the rest.
  return first > 0x20 && first < 0x80 ? false : text.trim() === '';
}

export function isText(kind: ValueKind | undefined): boolean {
  return kind !== undefined && kind !== 'other';
}
