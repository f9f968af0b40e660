import type { TaskContext, TemplateView } from '../context.ts';
import type { ModelFacts } from '../environment.ts';
import { labelOf } from '../labels.ts';
import { madeAtMost } from '../row-findings.ts';
import { RowPlaces, textOf } from '../row-view.ts';
import type { DataRow } from '../rows.ts';
import type { RowAspect, Rule } from '../rule.ts';
import type { RowTokens, TokenMeter } from '../tokens.ts';
import type { DataBlock, DataIndex } from './data-index.ts';
import { type FiredGroup, fires, viewOf } from './fired-rows.ts';
import { lengthOf, type RowRecords, shapeIdOf } from './row-records.ts';
import { BAD_ROW, isText, type RowShape } from './row-shape.ts';

/** What had to be read of a block's rows to be known. */
export interface PassFound {
  /** By rule and group: how many findings, and the rows of the first of them. */
  readonly fired: ReadonlyMap<Rule, ReadonlyMap<string, { count: number; rows: number[] }>>;
  /** How many rows have each label. */
  readonly labels: ReadonlyMap<string, number>;
  /** The tokens of rows that are shown for them, by the row's number. */
  readonly tokens: ReadonlyMap<number, RowTokens>;
  /** Rows whose answer merges with the text before it, and the first of them. */
  readonly merging: { count: number; first: number };
}

/**
 * Something that only the texts of rows tell. What it finds in a block is kept until the key changes, which names all that
 * it depends on, or the block.
 */
export interface RowPass {
  readonly kind: 'text' | 'oddities' | 'answer' | 'lengths' | 'boundary';
  /** Undefined for a pass over the rows of all tasks. */
  readonly taskname: string | undefined;
  readonly key: string;
  /** The rules whose findings it counts. */
  readonly rules: readonly Rule[];
  /** Whether it needs a tokeniser, which takes long. */
  readonly isSlow: boolean;
  concerns(index: DataIndex): boolean;
  /** Whether rows of a shape must be read, */
  wants(shape: RowShape): boolean;
  /** when their lines are longer than this: in UTF-16 units, or in bytes. */
  readonly longerThan: { readonly units: number; readonly bytes: number };
  /** Steps that are still to be done for the row, where there are any. */
  take(row: DataRow, number: number, found: PassFinder): Generator<void> | undefined;
}

/** Collects what a pass finds in a block. */
export class PassFinder implements PassFound {
  readonly fired = new Map<Rule, Map<string, { count: number; rows: number[] }>>();
  readonly labels = new Map<string, number>();
  readonly tokens = new Map<number, RowTokens>();
  readonly merging = { count: 0, first: -1 };

  /** @returns whether the row is one of those that are shown */
  fire(rule: Rule, group: string, times: number, row: number): boolean {
    const groups = this.fired.get(rule) ?? new Map<string, { count: number; rows: number[] }>();
    this.fired.set(rule, groups);
    const known = groups.get(group) ?? { count: 0, rows: [] };
    groups.set(group, known);
    const isShown = known.rows.length < madeAtMost(rule);
    if (isShown) known.rows.push(row);
    known.count += times;
    return isShown;
  }

  label(label: string): void {
    this.labels.set(label, (this.labels.get(label) ?? 0) + 1);
  }

  merges(row: number): void {
    this.merging.count += 1;
    if (this.merging.first < 0) this.merging.first = row;
  }
}

const FOUND_NOTHING: PassFound = new PassFinder();

export interface PassInput {
  readonly context: TaskContext;
  readonly rules: readonly Rule[];
  readonly model: ModelFacts;
  readonly meter: TokenMeter | undefined;
  /** By task: the files that have too many different answers to know them all. */
  readonly manyAnswers: ReadonlyMap<string, ReadonlySet<DataIndex>>;
  /** Changes with all that rules for rows may look at in the task file. */
  readonly signature: string;
}

/** The passes that a task file needs, quick ones first. */
export function passesFor(input: PassInput): RowPass[] {
  const templates = [...input.context.rowTemplates];
  const text: RowPass = {
    ...passOf(input, 'text', 'text', undefined),
    key: input.signature,
    wants: ({ id }) => id !== BAD_ROW,
  };
  const quick = [
    ...(text.rules.length === 0 ? [] : [text]),
    ...templates.map((template) => odditiesPass(input, template)),
    ...templates.flatMap((template) => answerPass(input, template)),
  ];
  const { meter } = input;
  if (meter === undefined) return quick;
  const slow = templates.flatMap((template) => [
    lengthsPass(input, template, meter),
    ...boundaryPass(input, template, meter),
  ]);
  return [...quick, ...slow];
}

const ANY_LENGTH = { units: 0, bytes: 0 };

/** A pass that asks the rules which look at one aspect. */
function passOf(
  { rules, context }: PassInput,
  kind: RowPass['kind'],
  aspect: RowAspect | undefined,
  taskname: string | undefined,
): Omit<RowPass, 'key' | 'wants'> {
  const asked = rules.filter((rule) => rule.checkRow !== undefined && (rule.looksAt ?? 'text') === aspect);
  return {
    kind,
    taskname,
    rules: asked,
    isSlow: false,
    concerns: () => true,
    longerThan: ANY_LENGTH,
    take(row, number, found) {
      askRules(asked, context, row, number, found);
      return undefined;
    },
  };
}

function odditiesPass(input: PassInput, { settings: { taskname }, fields }: TemplateView): RowPass {
  return {
    ...passOf(input, 'oddities', 'oddities', taskname),
    key: JSON.stringify(fields),
    wants: (shape) =>
      shape.taskname === taskname && shape.kinds.some((kind, i) => kind === 'odd' && fields.includes(shape.fields[i]!)),
  };
}

function answerPass(input: PassInput, template: TemplateView): RowPass[] {
  const { taskname, answer_field, labels } = template.settings;
  const many = input.manyAnswers.get(taskname);
  if (many === undefined || answer_field === null) return [];
  const pass = passOf(input, 'answer', 'answer', taskname);
  return [
    {
      ...pass,
      key: JSON.stringify([answer_field, labels]),
      concerns: (index) => many.has(index),
      wants: (shape) => shape.taskname === taskname && isText(kindOf(shape, answer_field)),
      take: (row, number, found) => {
        const steps = pass.take(row, number, found);
        countLabel(template, row, found);
        return steps;
      },
    },
  ];
}

function lengthsPass(input: PassInput, template: TemplateView, meter: TokenMeter): RowPass {
  const { taskname, prompt_template, virtual_token_splits, truncate_field, answer_field, labels, chat } =
    template.settings;
  const { max_seq_length, add_bos, add_eos } = input.context.file.data;
  const lengths = [max_seq_length, add_bos, add_eos];
  const safe = meter.safeLength(template);
  const pass = passOf(input, 'lengths', 'tokens', taskname);
  return {
    ...pass,
    key: JSON.stringify([
      modelId(input.model),
      prompt_template,
      virtual_token_splits,
      truncate_field,
      answer_field,
      labels,
      chat,
      lengths,
    ]),
    isSlow: true,
    wants: (shape) => shape.taskname === taskname,
    // A letter of two bytes may be three tokens, and so may any unit of a text.
    longerThan: { units: safe / 3, bytes: safe / 1.5 },
    *take(row, number, found) {
      if (row.value === undefined) return;
      const tokens = yield* meter.measuring(template, row.value);
      if (askRules(pass.rules, input.context, row, number, found, tokens)) found.tokens.set(number, tokens);
    },
  };
}

function boundaryPass({ model }: PassInput, template: TemplateView, meter: TokenMeter): RowPass[] {
  const { taskname, prompt_template, answer_field, labels, chat } = template.settings;
  if (answer_field === null) return [];
  return [
    {
      kind: 'boundary',
      taskname,
      key: JSON.stringify([modelId(model), prompt_template, answer_field, labels, chat]),
      rules: [],
      isSlow: true,
      concerns: () => true,
      wants: (shape) => shape.taskname === taskname && isText(kindOf(shape, answer_field)),
      longerThan: ANY_LENGTH,
      *take({ value }, number, found) {
        if (value !== undefined && (yield* meter.mergingAcrossAnswer(template, value))) found.merges(number);
      },
    },
  ];
}

function kindOf({ fields, kinds }: RowShape, field: string) {
  return kinds[fields.indexOf(field)];
}

/** @returns whether the row is shown for one of the rules */
function askRules(
  rules: readonly Rule[],
  context: TaskContext,
  row: DataRow,
  number: number,
  found: PassFinder,
  tokens?: RowTokens,
): boolean {
  if (row.value === undefined) return false;
  const view = viewOf(context, '', row.value, { places: new RowPlaces(row.text) });
  if (tokens !== undefined) view.tokens = () => tokens;
  let isShown = false;
  for (const rule of rules) {
    for (const [group, times] of fires(rule, view, context)) {
      if (found.fire(rule, group, times, number)) isShown = true;
    }
  }
  return isShown;
}

function countLabel({ forms, settings }: TemplateView, { value }: DataRow, found: PassFinder): void {
  if (forms === undefined || settings.answer_field === null || value === undefined) return;
  const answer = textOf(value, settings.answer_field);
  const label = answer === undefined ? undefined : labelOf(forms, answer);
  if (label !== undefined) found.label(label);
}

const ids = new WeakMap<ModelFacts, number>();
let lastId = 0;

/** Tells one model from another in a key. */
export function modelId(model: ModelFacts): number {
  const id = ids.get(model) ?? ++lastId;
  ids.set(model, id);
  return id;
}

/** What passes have found, by pass and block. */
export class PassMemory {
  readonly #byName = new Map<string, { key: string; found: WeakMap<RowRecords, PassFound> }>();

  /** What a pass has found in a block; undefined when its rows must be read first. */
  found(pass: RowPass, index: DataIndex, block: DataBlock): PassFound | undefined {
    const records = block.records!;
    const memory = this.#of(pass);
    const known = memory.get(records);
    if (known !== undefined) return known;
    if (wantedShapes(pass, index) === NO_SHAPES) return FOUND_NOTHING;
    if (wantedRows(pass, index, block).length > 0) return undefined;
    memory.set(records, FOUND_NOTHING);
    return FOUND_NOTHING;
  }

  /** What a pass has found in each block of a file, in order; undefined unless it has read all of them. */
  all(pass: RowPass, index: DataIndex): { found: PassFound; at: number }[] | undefined {
    const all: { found: PassFound; at: number }[] = [];
    for (const [at, block] of index.blocks.entries()) {
      const found = this.found(pass, index, block);
      if (found === undefined) return undefined;
      if (found !== FOUND_NOTHING) all.push({ found, at });
    }
    return all;
  }

  /** What a pass has found in a file, as far as it has read it. */
  fired(pass: RowPass, index: DataIndex): FiredGroup[] {
    return index.blocks.flatMap((block, at) =>
      [...(this.found(pass, index, block)?.fired ?? [])].flatMap(([rule, groups]) =>
        [...groups].map(([group, { count, rows }]) => ({
          rule,
          group,
          count,
          rows: rows.map((row) => index.ref(at, row)),
        })),
      ),
    );
  }

  /** The tokens of a row that is shown, as one of the passes that count them found them. */
  tokens(counting: readonly RowPass[], { records }: DataBlock, row: number): RowTokens | undefined {
    for (const pass of counting) {
      const tokens = this.#of(pass).get(records!)?.tokens.get(row);
      if (tokens !== undefined) return tokens;
    }
    return undefined;
  }

  keep(pass: RowPass, block: DataBlock, found: PassFound): void {
    this.#of(pass).set(block.records!, found);
  }

  #of({ kind, taskname, key }: RowPass): WeakMap<RowRecords, PassFound> {
    const name = JSON.stringify([kind, taskname]);
    const known = this.#byName.get(name);
    if (known?.key === key) return known.found;
    const found = new WeakMap<RowRecords, PassFound>();
    this.#byName.set(name, { key, found });
    return found;
  }
}

/** The rows of a block that a pass must read. */
export function wantedRows(pass: RowPass, index: DataIndex, block: DataBlock): number[] {
  const shapes = wantedShapes(pass, index);
  const records = block.records!;
  const longerThan = block.text === undefined ? pass.longerThan.bytes : pass.longerThan.units;
  const wanted: number[] = [];
  for (let row = 0; row < records.count; row++) {
    if (shapes[shapeIdOf(records, row)] === 1 && lengthOf(records, row) > longerThan) wanted.push(row);
  }
  return wanted;
}

const NO_SHAPES = new Uint8Array();
const shapesOfPasses = new WeakMap<RowPass, { version: number; shapes: Uint8Array }>();

/** A 1 for each shape, by id, whose rows a pass must read; NO_SHAPES when there is none. */
function wantedShapes(pass: RowPass, index: DataIndex): Uint8Array {
  const known = shapesOfPasses.get(pass);
  if (known?.version === index.version) return known.shapes;
  const wanted = index.shapes.all.map((shape) => (shape.rows > 0 && pass.wants(shape) ? 1 : 0));
  const shapes = wanted.includes(1) ? Uint8Array.from(wanted) : NO_SHAPES;
  shapesOfPasses.set(pass, { version: index.version, shapes });
  return shapes;
}
