import type { Problem, Range } from '../../protocol/src/problem.ts';
import type { TaskContext, TemplateView } from './context.ts';
import {
  type DataFacts,
  type DataFileFacts,
  MAX_OTHER_FIELDS,
  MAX_SAMPLED_FIELDS,
  noTaskData,
  rowsOf,
  SPLITS,
  type Split,
  type TaskDataFacts,
} from './data-facts.ts';
import type { CheckEnvironment } from './environment.ts';
import type { Span } from './json-tree.ts';
import { labelOf } from './labels.ts';
import { RowFindings } from './row-findings.ts';
import { hashRow, type RowHash, RowSet } from './row-set.ts';
import { RowPlaces, type RowView, textOf } from './row-view.ts';
import { type DataRow, type GoodRow, readRowBatches } from './rows.ts';
import type { Rule } from './rule.ts';
import { missingFieldGroup, rowFieldMissing } from './rules/row-field-missing.ts';
import type { TokenMeter } from './tokens.ts';
import { ValueSample } from './value-sample.ts';

export interface DataScan {
  data: DataFacts;
  /** What is wrong with rows, of data files and of the examples in the task file. */
  problems: Problem[];
}

/**
 * Reads every data file once, a chunk at a time, checks its rows and gathers what they say together. What it keeps of a
 * row is 12 to 24 bytes.
 */
export async function scanData(
  context: TaskContext,
  environment: CheckEnvironment,
  rules: readonly Rule[],
  meter: TokenMeter | undefined,
  signal: AbortSignal | undefined,
): Promise<DataScan> {
  const scanner = new DataScanner(context, rules, meter);
  for (const file of dataFiles(context, environment)) {
    scanner.data.files.push(file);
    const reading = await environment.readFile(file.path);
    if (reading === 'not-found') {
      file.state = 'not-found';
    } else if ('unreadable' in reading) {
      file.state = 'unreadable';
      file.reason = reading.unreadable;
    } else {
      await readInto(scanner, file, reading, signal);
    }
  }
  scanner.checkExamples();
  return { data: scanner.data, problems: scanner.problems() };
}

async function readInto(
  scanner: DataScanner,
  file: DataFileFacts,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const take = scanner.begin(file);
  const batches = readRowBatches(chunks)[Symbol.asyncIterator]();
  try {
    while (true) {
      signal?.throwIfAborted();
      let batch: IteratorResult<DataRow[]>;
      try {
        batch = await batches.next();
      } catch (error) {
        file.state = 'unreadable';
        file.reason = error instanceof Error ? error.message : String(error);
        return;
      }
      if (batch.done) return;
      for (const row of batch.value) take(row);
    }
  } finally {
    // Closes the file when the check was aborted.
    await batches.return?.(undefined);
  }
}

/** The data files that a task file names, each once, training data first. */
function dataFiles(context: TaskContext, environment: CheckEnvironment): DataFileFacts[] {
  const files = new Map<string, DataFileFacts>();
  for (const { split, key } of SPLITS) {
    for (const { node, value } of context.entries('data', key)) {
      const path = environment.resolvePath(context.path, value);
      const known = files.get(path);
      if (known !== undefined) known.mentions.push({ split, node });
      else files.set(path, { name: value, path, mentions: [{ split, node }], state: 'read', reason: '', rows: 0 });
    }
  }
  return [...files.values()];
}

class DataScanner {
  readonly data: DataFacts = { files: [], tasks: new Map() };
  readonly #context: TaskContext;
  readonly #rowRules: readonly Rule[];
  readonly #badRowRules: readonly Rule[];
  readonly #meter: TokenMeter | undefined;
  readonly #findings: RowFindings[] = [];
  readonly #trainingRows: { file: string; rows: RowSet }[] = [];
  readonly #hash: RowHash = { high: 0, low: 0 };
  readonly #samples = new Map<TaskDataFacts, Map<string, ValueSample>>();

  constructor(context: TaskContext, rules: readonly Rule[], meter: TokenMeter | undefined) {
    this.#context = context;
    this.#rowRules = rules.filter(({ checkRow }) => checkRow !== undefined);
    this.#badRowRules = rules.filter(({ checkBadRow }) => checkBadRow !== undefined);
    this.#meter = meter;
    for (const name of context.tasknames) {
      const samples = new Map<string, ValueSample>();
      const facts = { ...noTaskData(), samples };
      this.data.tasks.set(name, facts);
      this.#samples.set(facts, samples);
    }
  }

  /** Starts a file; what it returns takes its rows in order. */
  begin(file: DataFileFacts): (row: DataRow) => void {
    const findings = new RowFindings(file.path);
    this.#findings.push(findings);
    const splits = [...new Set(file.mentions.map(({ split }) => split))];
    const isTraining = splits.includes('train');
    const rows = new RowSet();
    const others = [...this.#trainingRows];
    if (isTraining) this.#trainingRows.push({ file: file.path, rows });

    let line = 0;
    const toRange = (span: Span): Range => rangeInLine(line, span);
    return (row) => {
      line = row.line;
      file.rows += 1;
      if (row.value === undefined) {
        for (const rule of this.#badRowRules) {
          rule.checkBadRow!(row, (make, group = '') => findings.add(rule, group, make, toRange));
        }
        return;
      }
      const template = this.#templateOf(row);
      let duplicateOf = -1;
      let leakedFrom: RowView['leakedFrom'];
      if (template !== undefined) {
        hashRow(template.settings.taskname, template.fields, row.value, this.#hash);
        duplicateOf = rows.add(this.#hash, row.line);
        leakedFrom = isTraining ? undefined : this.#findLeak(others);
      }
      const view: RowView = {
        file: file.path,
        value: row.value,
        template,
        isExample: false,
        places: new RowPlaces(row.text),
        duplicateOf,
        leakedFrom,
        tokens: this.#tokensOf(template, row),
      };
      this.#check(view, findings, toRange);
      if (template !== undefined) this.#count(view, template, splits, row.line);
    };
  }

  #templateOf(row: GoodRow): TemplateView | undefined {
    const name = textOf(row.value, 'taskname');
    return name === undefined ? undefined : this.#context.template(name);
  }

  #tokensOf(template: TemplateView | undefined, row: { value: RowView['value'] }): RowView['tokens'] {
    const meter = this.#meter;
    return meter === undefined || template === undefined ? undefined : () => meter.measure(template, row.value);
  }

  #findLeak(training: { file: string; rows: RowSet }[]): RowView['leakedFrom'] {
    for (const { file, rows } of training) {
      const line = rows.find(this.#hash);
      if (line >= 0) return { file, line };
    }
    return undefined;
  }

  #check(view: RowView, findings: RowFindings, toRange: (span: Span) => Range): void {
    for (const rule of this.#rowRules) {
      rule.checkRow!(view, this.#context, (make, group = '') => findings.add(rule, group, make, toRange));
    }
  }

  #count(view: RowView, template: TemplateView, splits: Split[], line: number): void {
    const facts = this.data.tasks.get(template.settings.taskname)!;
    const place = (message: string) => ({ file: view.file, range: rangeInLine(line, view.places.whole()), message });
    for (const split of splits) facts.rows[split] += 1;
    increment(facts.rowsByFile, view.file);
    facts.firstRow ??= place('The first row of this task.');
    for (const field in view.value) {
      if (field === 'taskname') continue;
      if (template.fields.includes(field)) increment(facts.fieldCounts, field);
      else if (facts.otherFields.size < MAX_OTHER_FIELDS || facts.otherFields.has(field)) {
        increment(facts.otherFields, field);
      }
      this.#sample(facts, field, view.value[field]);
    }
    this.#countAnswer(view, template, splits, facts);
    if (this.#meter?.mergesAcrossAnswer(template, view.value)) {
      facts.merging.rows += 1;
      facts.merging.first ??= place('The first of these rows.');
    }
  }

  #sample(facts: TaskDataFacts, field: string, value: unknown): void {
    if (typeof value !== 'string') return;
    const samples = this.#samples.get(facts)!;
    const sample = samples.get(field);
    const row = rowsOf(facts);
    if (sample !== undefined) sample.add(value, row);
    else if (samples.size < MAX_SAMPLED_FIELDS) samples.set(field, new ValueSample(value, row));
  }

  #countAnswer(view: RowView, template: TemplateView, splits: Split[], facts: TaskDataFacts): void {
    const { answer_field } = template.settings;
    if (template.forms === undefined || answer_field === null) return;
    const answer = textOf(view.value, answer_field);
    const label = answer === undefined ? undefined : labelOf(template.forms, answer);
    if (label === undefined) return;
    increment(facts.allLabelCounts, label);
    if (splits.includes('train')) increment(facts.labelCounts, label);
  }

  checkExamples(): void {
    const context = this.#context;
    const findings = new RowFindings(context.path);
    this.#findings.push(findings);
    for (const [index, value] of context.file.examples.entries()) {
      const node = context.given('examples', index);
      if (node === undefined) continue;
      const name = textOf(value, 'taskname');
      const template = name === undefined ? undefined : context.template(name);
      const view: RowView = {
        file: context.path,
        value,
        template,
        isExample: true,
        places: new RowPlaces(context.text, node),
        duplicateOf: -1,
        leakedFrom: undefined,
        tokens: this.#tokensOf(template, { value }),
      };
      this.#check(view, findings, (span) => context.lines.range(span));
    }
  }

  problems(): Problem[] {
    for (const [taskname, facts] of this.data.tasks) {
      if (rowsOf(facts) === 0) continue;
      const template = this.#context.template(taskname)!;
      for (const field of template.fields) {
        if (facts.fieldCounts.has(field)) continue;
        for (const findings of this.#findings) findings.drop(rowFieldMissing, missingFieldGroup(taskname, field));
      }
    }
    return this.#findings.flatMap((findings) => findings.problems());
  }
}

function rangeInLine(line: number, { start, end }: Span): Range {
  return { start: { line, character: start }, end: { line, character: end } };
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
