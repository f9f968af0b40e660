import type { TaskContext, TemplateView } from '../context.ts';
import { repeatedFields } from '../repeated-fields.ts';
import { RowPlaces, textOf } from '../row-view.ts';
import type { DataRow, RowObject } from '../rows.ts';
import type { Finding, Rule } from '../rule.ts';
import type { RowTokens } from '../tokens.ts';
import type { RowRef } from './data-index.ts';
import { type FiredRow, likesOf, viewOf } from './fired-rows.ts';
import type { RowRecords } from './row-records.ts';

/** What a rule says of a row, by the group under which it says it. */
export type RowReport = ReadonlyMap<string, readonly Finding[]>;

/** The tokens of a row. */
export type TokensOf = (template: TemplateView, value: RowObject, ref: RowRef) => RowTokens;

interface Kept {
  /** Where the row's likes stood. */
  readonly likes: string;
  readonly reports: RowReport;
}

/**
 * What rules say of rows, kept while the row stays and what the rules may look at in the task file. Findings know no line
 * number of their row, so they hold when the row is moved.
 */
export class RowReports {
  #signature = '';
  #kept = new WeakMap<RowRecords, Map<number, Map<Rule, Kept>>>();

  /** @param signature all that the rules may look at in the task file */
  begin(signature: string): void {
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.#kept = new WeakMap();
  }

  /**
   * What a rule says of a row; undefined when the row must be read first.
   *
   * @param rowOf gives the row when it is at hand
   */
  of(
    rule: Rule,
    ref: FiredRow,
    rowOf: (ref: RowRef) => DataRow | undefined,
    about: { context: TaskContext; file: string; tokens: TokensOf | undefined },
  ): RowReport | undefined {
    const records = ref.block.records!;
    const known = this.#kept.get(records)?.get(ref.row)?.get(rule);
    const likes = JSON.stringify(likesOf(ref));
    if (known?.likes === likes) return known.reports;
    const row = rowOf(ref);
    if (row === undefined) return undefined;
    const reports = makeReports(rule, row, ref, about);
    this.#keep(records, ref.row, rule, { likes, reports });
    return reports;
  }

  #keep(records: RowRecords, row: number, rule: Rule, kept: Kept): void {
    const rows = this.#kept.get(records) ?? new Map<number, Map<Rule, Kept>>();
    this.#kept.set(records, rows);
    const byRule = rows.get(row) ?? new Map<Rule, Kept>();
    rows.set(row, byRule);
    byRule.set(rule, kept);
  }
}

function makeReports(
  rule: Rule,
  row: DataRow,
  ref: FiredRow,
  { context, file, tokens }: { context: TaskContext; file: string; tokens: TokensOf | undefined },
): RowReport {
  const reports = new Map<string, Finding[]>();
  const report = (make: () => Finding, group = ''): void => {
    const known = reports.get(group);
    if (known === undefined) reports.set(group, [make()]);
    else known.push(make());
  };
  if (row.value === undefined) {
    rule.checkBadRow?.(row, report);
    return reports;
  }
  const { value } = row;
  const name = textOf(value, 'taskname');
  const template = name === undefined ? undefined : context.template(name);
  const view = viewOf(context, file, value, {
    places: new RowPlaces(row.text),
    repeated: rule.looksAt === 'shape' ? repeatedFields(row.text, value) : [],
    template,
    ...likesOf(ref),
    ...(tokens === undefined || template === undefined ? {} : { tokens: () => tokens(template, value, ref) }),
  });
  rule.checkRow?.(view, context, report);
  return reports;
}
