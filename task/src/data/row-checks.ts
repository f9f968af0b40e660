import type { Problem, Range } from '../../../protocol/src/problem.ts';
import type { TaskContext, TemplateView } from '../context.ts';
import { type DataFacts, type FieldSample, rowsOf } from '../data-facts.ts';
import type { CheckEnvironment, ModelFacts } from '../environment.ts';
import type { Span } from '../json-tree.ts';
import { byPlace, madeAtMost, RowFindings, toProblem } from '../row-findings.ts';
import { RowPlaces } from '../row-view.ts';
import type { DataRow } from '../rows.ts';
import type { Finding, Rule } from '../rule.ts';
import { missingFieldGroup, rowFieldMissing } from '../rules/row-field-missing.ts';
import { TokenMeter } from '../tokens.ts';
import type { DataIndex } from './data-index.ts';
import type { LikenessFields } from './file-likeness.ts';
import {
  type FiredGroup,
  firedByAnswer,
  firedByLikeness,
  firedByShape,
  knowsAllAnswers,
  mergedGroups,
  viewOf,
} from './fired-rows.ts';
import {
  addLabel,
  countLabels,
  gatherFacts,
  gatherSamples,
  type IndexedFile,
  lineStart,
  otherTasknames,
  splitsOf,
} from './gather-facts.ts';
import { Keyed } from './keyed.ts';
import { isSmall, type Likeness, type LikenessInput, LikenessSearch } from './likeness.ts';
import { type RowRef, readBlockAgain, readRowsAgain, rowAtHand } from './read-rows.ts';
import { modelId, PassFinder, PassMemory, passesFor, type RowPass, wantedRows } from './row-passes.ts';
import { COLUMNS, type RowRecords } from './row-records.ts';
import { RowReports } from './row-reports.ts';
import type { Work } from './work.ts';

export interface RowsInput {
  readonly context: TaskContext;
  readonly model: ModelFacts;
  /** Every file that the task file names, training data first; those that are not there have an empty index. */
  readonly files: readonly IndexedFile[];
}

export interface RowsVerdict {
  readonly data: DataFacts;
  /** By file, the task file with its examples included; a data file's list is the same object while nothing in it changes. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** The next step towards knowing all; undefined when all is known. What is known already holds. */
  readonly open: OpenWork | undefined;
}

/** Something that is still to be done. Only what needs a tokeniser is slow, and it comes last. */
export type OpenWork = { readonly isSlow: boolean } & (
  | { readonly kind: 'rows'; readonly rows: ReadonlyMap<IndexedFile, readonly RowRef[]> }
  | ({ readonly kind: 'likeness' } & LikenessQuestion)
  | { readonly kind: 'passes'; readonly blocks: readonly OpenBlock[] }
);

interface OpenBlock {
  readonly file: IndexedFile;
  readonly block: IndexedFile['index']['blocks'][number];
  readonly passes: readonly RowPass[];
}

interface LikenessQuestion {
  /** Names all that the answer depends on. */
  readonly key: string;
  readonly files: readonly LikenessInput[];
  readonly fields: LikenessFields;
}

/** How often the fields of templates may change to and fro, as while one is typed, without all rows being looked at again. */
const MAX_SEARCHES = 3;
/** In UTF-16 units: rows that were read again are kept up to this. */
const MAX_KEPT_UNITS = 2_000_000;

/** What a check has to go by. */
interface Round extends RowsInput {
  readonly templates: ReadonlyMap<string, TemplateView>;
  readonly meter: TokenMeter | undefined;
  /** All that rules for rows may look at in the task file. */
  readonly signature: string;
  readonly data: DataFacts;
  readonly passes: readonly RowPass[];
  /** By task: the files that have too many different answers to know them all. */
  readonly manyAnswers: ReadonlyMap<string, ReadonlySet<DataIndex>>;
  readonly likeness: LikenessQuestion & { readonly found: readonly Likeness[] | undefined };
  /** Rows that must be read for what is shown. */
  readonly missing: Map<IndexedFile, RowRef[]>;
  /** Blocks that passes have not read yet. */
  readonly unread: OpenBlock[];
}

/**
 * Checks the rows of a task file's data, and again whenever either changes. What rules find depends on a few things of the
 * task file only and is kept while those stay; and hardly any row has to be read for it.
 */
export class RowChecks {
  readonly #rules: readonly Rule[];
  /** How many duplicates and leaks of a file can be shown. */
  readonly #mostLike: number;
  readonly #memory = new PassMemory();
  readonly #reports = { quick: new RowReports(), slow: new RowReports() };
  readonly #fired = new Keyed<readonly FiredGroup[]>();
  readonly #lists = new Keyed<readonly Problem[]>();
  readonly #samples = new Keyed<Map<string, FieldSample>>();
  #rows = new WeakMap<RowRecords, Map<number, DataRow>>();
  #keptUnits = 0;
  #likeness: { key: string; found: readonly Likeness[] } | undefined;
  /** The latest first. */
  #searches: readonly LikenessSearch[] = [];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.#mostLike = Math.max(0, ...rules.filter(({ looksAt }) => looksAt === 'likeness').map(madeAtMost));
  }

  /** What is known now. */
  check(input: RowsInput): RowsVerdict {
    const round = this.#begin(input);
    const undecided = input.files.map((file) => this.#undecided(round, file));
    this.#addFactsOfPasses(round);
    const dropped = missingEverywhere(round);
    const { path } = input.context;
    const problems = new Map<string, readonly Problem[]>([[path, []]]);
    for (const [i, { facts }] of input.files.entries()) {
      problems.set(facts.path, this.#problemsOf(round, i, undecided[i]!, dropped));
    }
    problems.set(path, [...problems.get(path)!, ...this.#examples(round, dropped)]);
    const open = nextStep(round);
    if (open?.kind !== 'rows' && this.#keptUnits > MAX_KEPT_UNITS) {
      this.#rows = new WeakMap();
      this.#keptUnits = 0;
    }
    return { data: round.data, problems, open };
  }

  /**
   * Does a step that is still to be done.
   *
   * @throws ChangedOnDisk when a file is no longer the one of its index; the reason when the work is given up
   */
  async work(open: OpenWork, environment: CheckEnvironment, work: Work): Promise<void> {
    if (open.kind === 'rows') {
      for (const [file, refs] of open.rows) await this.#fetch(file, refs, environment, work);
    } else if (open.kind === 'likeness') {
      const steps = this.#searchLikeness(open);
      while (!steps.next().done) await work.pause();
    } else {
      for (const block of open.blocks) await this.#pass(block, environment, work);
    }
  }

  #begin(input: RowsInput): Round {
    const { context, model, files } = input;
    const { tokenizer } = model.kind === 'ok' ? model : { tokenizer: undefined };
    const meter = model.kind === 'ok' && tokenizer ? new TokenMeter(model, tokenizer, context.file) : undefined;
    const templates = templatesOf(context);
    const signature = signatureOf(templates);
    this.#reports.quick.begin(signature);
    this.#reports.slow.begin(slowSignatureOf(templates, input));
    const versions = files.map(({ index }) => index.version).join();
    const data: DataFacts = {
      files: files.map(({ facts, index }) => ({ ...facts, rows: index.rows })),
      tasks: new Map(),
      otherTasks: new Map(),
    };
    const factsOf = (taskname: string, fields: readonly string[]) => {
      const samples = this.#samples.get(taskname, versions, () => gatherSamples(taskname, files))!;
      return gatherFacts(taskname, fields, files, samples);
    };
    for (const [taskname, { fields }] of templates) data.tasks.set(taskname, factsOf(taskname, fields));
    for (const taskname of otherTasknames(templates, files)) data.otherTasks.set(taskname, factsOf(taskname, []));
    const manyAnswers = manyAnswersIn(templates, files);
    const passes = passesFor({ context, rules: this.#rules, model, meter, manyAnswers, signature });
    const likeness = this.#likenessFor(likenessQuestion(files, templates, data));
    return {
      ...input,
      templates,
      meter,
      signature,
      data,
      passes,
      manyAnswers,
      likeness,
      missing: new Map(),
      unread: [],
    };
  }

  #likenessFor(question: LikenessQuestion): Round['likeness'] {
    const { key, files } = question;
    if (this.#likeness?.key !== key && isSmall(files)) {
      const steps = this.#searchLikeness(question);
      while (!steps.next().done);
    }
    return { ...question, found: this.#likeness?.key === key ? this.#likeness.found : undefined };
  }

  *#searchLikeness({ key, files, fields }: LikenessQuestion): Generator<undefined, void> {
    const isKept = isSmall(files);
    const known = this.#searches.find((search) => search.isOf(files, fields));
    const search = known ?? new LikenessSearch(files, fields, this.#mostLike, isKept);
    // One that is given up half-way is not used again, nor is one of files that were read anew.
    this.#searches = this.#searches.filter((other) => other !== known && other.isOver(files));
    const found = yield* search.find();
    this.#likeness = { key, found };
    if (isKept) this.#searches = [search, ...this.#searches].slice(0, MAX_SEARCHES);
  }

  /** The rules of which it is not known yet what they say of a file, since a pass has still to read some of it. */
  #undecided(round: Round, file: IndexedFile): Set<Rule> {
    const undecided = new Set<Rule>();
    if (round.likeness.found === undefined) {
      for (const rule of this.#rules) if (rule.looksAt === 'likeness') undecided.add(rule);
    }
    for (const block of file.index.blocks) {
      const passes = round.passes.filter(
        (pass) => pass.concerns(file.index) && this.#memory.found(pass, file.index, block) === undefined,
      );
      if (passes.length === 0) continue;
      round.unread.push({ file, block, passes });
      for (const rule of passes.flatMap(({ rules }) => rules)) undecided.add(rule);
    }
    return undecided;
  }

  #problemsOf(
    round: Round,
    place: number,
    undecided: ReadonlySet<Rule>,
    dropped: ReadonlySet<string>,
  ): readonly Problem[] {
    const file = round.files[place]!;
    const { index, facts } = file;
    const passes = round.passes.filter((pass) => pass.concerns(index));
    const key = JSON.stringify([
      index.version,
      round.signature,
      round.likeness.key,
      passes.map((pass) => [pass.kind, pass.taskname, pass.key]),
      [...undecided].map(({ code }) => code),
      [...dropped],
    ]);
    let partial: readonly Problem[] = [];
    const whole = this.#lists.get(facts.path, key, () => {
      const known = this.#firedIn(round, place).filter(({ rule }) => !undecided.has(rule));
      const made = this.#makeProblems(round, file, known, dropped);
      if (made.missing.length === 0) return made.problems;
      round.missing.set(file, made.missing);
      partial = made.problems;
      return undefined;
    });
    return whole ?? partial;
  }

  /** What fires in a file, of rules that are known to have seen all of it. */
  #firedIn(round: Round, place: number): FiredGroup[] {
    const { context, signature, templates, manyAnswers, likeness, passes } = round;
    const { index, facts } = round.files[place]!;
    const key = `${index.version} ${signature}`;
    const asked = (aspect: Rule['looksAt']) => this.#rules.filter(({ looksAt }) => looksAt === aspect);
    const found = likeness.found?.[place];
    const tasks = [...templates.keys()].filter((taskname) => !manyAnswers.get(taskname)?.has(index));
    return mergedGroups([
      ...this.#fired.get(`shape ${facts.path}`, key, () => firedByShape(index, facts.path, this.#rules, context))!,
      ...(found === undefined ? [] : firedByLikeness(found, facts.path, asked('likeness'), context)),
      ...tasks.flatMap(
        (task) =>
          this.#fired.get(JSON.stringify([task, facts.path]), key, () =>
            firedByAnswer(index, facts.path, asked('answer'), context, task),
          )!,
      ),
      ...passes.flatMap((pass) => (pass.concerns(index) ? this.#memory.fired(pass, index) : [])),
    ]);
  }

  #makeProblems(
    { context, meter }: Round,
    { facts: { path } }: IndexedFile,
    fired: readonly FiredGroup[],
    dropped: ReadonlySet<string>,
  ): { problems: Problem[]; missing: RowRef[] } {
    const findings = new RowFindings(path);
    const missing: RowRef[] = [];
    const incomplete = new Set<Rule>();
    for (const { rule, group, count, rows } of fired) {
      if (rule.code === rowFieldMissing.code && dropped.has(group)) continue;
      const reports = rule.looksAt === 'tokens' ? this.#reports.slow : this.#reports.quick;
      const shown: Problem[] = [];
      for (const ref of rows) {
        const said = reports.of(rule, ref, (wanted) => this.#rowOf(wanted), { context, file: path, meter });
        if (said === undefined) {
          missing.push(ref);
          incomplete.add(rule);
          continue;
        }
        for (const report of said) {
          if (report.group === group) shown.push(toProblem(path, rule, report.finding, inLine(ref.line)));
        }
      }
      findings.put(rule, group, { count, shown: shown.slice(0, madeAtMost(rule)) });
    }
    return { problems: findings.problems((rule) => !incomplete.has(rule)).sort(byPlace), missing };
  }

  #rowOf(ref: RowRef): DataRow | undefined {
    return rowAtHand(ref) ?? this.#rows.get(ref.block.records!)?.get(ref.row);
  }

  async #fetch(file: IndexedFile, refs: readonly RowRef[], environment: CheckEnvironment, work: Work): Promise<void> {
    const rows = await readRowsAgain(environment, file.facts.path, refs);
    for (const [i, { block, row }] of refs.entries()) {
      const known = this.#rows.get(block.records!) ?? new Map<number, DataRow>();
      this.#rows.set(block.records!, known);
      known.set(row, rows[i]!);
      this.#keptUnits += rows[i]!.text.length;
    }
    await work.pause();
  }

  async #pass({ file, block, passes }: OpenBlock, environment: CheckEnvironment, work: Work): Promise<void> {
    const rows = await readBlockAgain(environment, file.facts.path, block);
    const running = passes.map((pass) => ({
      pass,
      finder: new PassFinder(),
      wanted: new Set(wantedRows(pass, file.index, block)),
    }));
    let number = 0;
    for (const row of rows) {
      for (const { pass, finder, wanted } of running) if (wanted.has(number)) pass.take(row, number, finder);
      number += 1;
      const pause = work.pause();
      if (pause !== undefined) await pause;
    }
    for (const { pass, finder } of running) this.#memory.keep(pass, block, finder);
    await work.pause();
  }

  /** Adds to the facts what passes have found, of tasks whose rows they have seen all. */
  #addFactsOfPasses({ templates, data, files, passes, manyAnswers }: Round): void {
    for (const [taskname, template] of templates) {
      const facts = data.tasks.get(taskname)!;
      const ofTask = (kind: RowPass['kind']) => passes.find((pass) => pass.kind === kind && pass.taskname === taskname);
      const [answers, boundary] = [ofTask('answer'), ofTask('boundary')];
      const labels = files.map(({ index }) => answers && this.#memory.all(answers, index));
      const areKnown = files.every(({ index }, i) => !manyAnswers.get(taskname)?.has(index) || labels[i] !== undefined);
      for (const [i, file] of areKnown ? files.entries() : []) {
        if (!manyAnswers.get(taskname)?.has(file.index)) countLabels(facts, template, file);
        for (const { found } of labels[i] ?? []) {
          for (const [label, rows] of found.labels) addLabel(facts, file.facts, label, rows);
        }
      }
      const merging = files.map(({ index }) => boundary && this.#memory.all(boundary, index));
      if (merging.some((found) => found === undefined)) continue;
      for (const [i, { facts: file, index }] of files.entries()) {
        for (const { found, at, block } of merging[i]!) {
          if (found.merging.count === 0) continue;
          facts.merging.rows += found.merging.count;
          const line = index.lineOf(at) + block.records!.columns[found.merging.first * COLUMNS]!;
          facts.merging.first ??= lineStart(file.path, line, 'The first of these rows.');
        }
      }
    }
  }

  /** The examples in the task file are rows too, and few. */
  #examples({ context, meter }: Round, dropped: ReadonlySet<string>): Problem[] {
    const findings = new RowFindings(context.path);
    for (const [index, value] of context.file.examples.entries()) {
      const node = context.given('examples', index);
      if (node === undefined) continue;
      const view = viewOf(context, context.path, value, { isExample: true, places: new RowPlaces(context.text, node) });
      const { template } = view;
      if (meter !== undefined && template !== undefined) view.tokens = () => meter.measure(template, value);
      for (const rule of this.#rules) {
        rule.checkRow?.(view, context, (make: () => Finding, group = '') => {
          if (rule.code === rowFieldMissing.code && dropped.has(group)) return;
          findings.add(rule, group, make, (span) => context.lines.range(span));
        });
      }
    }
    return findings.problems();
  }
}

function nextStep({ missing, unread, likeness }: Round): OpenWork | undefined {
  if (missing.size > 0) return { kind: 'rows', isSlow: false, rows: missing };
  const quick = choose(unread, false);
  if (quick.length > 0) return { kind: 'passes', isSlow: false, blocks: quick };
  if (likeness.found === undefined) return { kind: 'likeness', isSlow: false, ...likeness };
  const slow = choose(unread, true);
  return slow.length === 0 ? undefined : { kind: 'passes', isSlow: true, blocks: slow };
}

function choose(unread: readonly OpenBlock[], isSlow: boolean): OpenBlock[] {
  return unread.flatMap(({ file, block, passes }) => {
    const chosen = passes.filter((pass) => pass.isSlow === isSlow);
    return chosen.length === 0 ? [] : [{ file, block, passes: chosen }];
  });
}

/** Fields that no row of a task has: then the template is at fault, not each of the rows. */
function missingEverywhere({ templates, data }: Round): Set<string> {
  const groups = new Set<string>();
  for (const [taskname, { fields }] of templates) {
    const facts = data.tasks.get(taskname)!;
    if (rowsOf(facts) === 0) continue;
    for (const field of fields) {
      if (!facts.fieldCounts.has(field)) groups.add(missingFieldGroup(taskname, field));
    }
  }
  return groups;
}

function manyAnswersIn(
  templates: ReadonlyMap<string, TemplateView>,
  files: readonly IndexedFile[],
): Map<string, ReadonlySet<DataIndex>> {
  const many = new Map<string, ReadonlySet<DataIndex>>();
  for (const [taskname, { settings, forms }] of templates) {
    const { answer_field } = settings;
    if (forms === undefined || answer_field === null) continue;
    const indexes = files.flatMap(({ index }) => (knowsAllAnswers(index, taskname, answer_field) ? [] : [index]));
    if (indexes.length > 0) many.set(taskname, new Set(indexes));
  }
  return many;
}

function likenessQuestion(
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
    [...templates].map(([taskname, template]) => {
      // A field that no row has makes no difference between rows; nor does the order.
      const present = template.fields.filter((field) => tasks.get(taskname)!.fieldCounts.has(field));
      return [taskname, present.sort()];
    }),
  );
  const versions = files.map(({ path, index, isTraining }) => [path, index.version, isTraining]);
  return { key: JSON.stringify([[...fields], versions]), files, fields };
}

/** The first template of each task, by its name. */
function templatesOf(context: TaskContext): Map<string, TemplateView> {
  return new Map([...context.tasknames].map((name) => [name, context.template(name)!]));
}

function signatureOf(templates: ReadonlyMap<string, TemplateView>): string {
  return JSON.stringify(
    [...templates].map(
      ([
        taskname,
        {
          fields,
          settings: { answer_field, truncate_field, labels },
        },
      ]) => [taskname, fields, answer_field, truncate_field, labels],
    ),
  );
}

/** What rules that look at tokens may look at as well. */
function slowSignatureOf(templates: ReadonlyMap<string, TemplateView>, { context, model }: RowsInput): string {
  const { max_seq_length, add_bos, add_eos } = context.file.data;
  const whole = [...templates].map(([, { settings }]) => settings);
  return JSON.stringify([modelId(model), max_seq_length, add_bos, add_eos, whole]);
}

function inLine(line: number): (span: Span) => Range {
  return ({ start, end }) => ({ start: { line, character: start }, end: { line, character: end } });
}
