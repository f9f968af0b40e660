import type { Problem, Range } from '../../../../protocol/src/problem.ts';
import type { TaskContext, TemplateView } from '../../../../task/src/context.ts';
import type { Split } from '../../../../task/src/data-facts.ts';
import type { ModelFacts } from '../../../../task/src/environment.ts';
import { parseJsonTree, properties, type Span } from '../../../../task/src/json-tree.ts';
import { labelOf } from '../../../../task/src/labels.ts';
import { RowFindings } from '../../../../task/src/row-findings.ts';
import { type RowPlace, RowPlaces, type RowView, textOf } from '../../../../task/src/row-view.ts';
import { RowReader } from '../../../../task/src/rows.ts';
import type { RowReport } from '../../../../task/src/rule.ts';
import { rules } from '../../../../task/src/rules/index.ts';
import { missingFieldGroup, rowFieldMissing } from '../../../../task/src/rules/row-field-missing.ts';
import { TokenMeter } from '../../../../task/src/tokens.ts';

export interface WholeFile {
  path: string;
  text: string;
  splits: readonly Split[];
}

/** What the rules for rows say when each is asked about every row: nothing is kept, counted or passed over. */
export function bruteForce(context: TaskContext, files: readonly WholeFile[], model: ModelFacts): Problem[] {
  const meter =
    model.kind === 'ok' && model.tokenizer ? new TokenMeter(model, model.tokenizer, context.file) : undefined;
  const views = files.map((file) => ({ file, rows: rowsOf(file, context, meter) }));
  const present = new Set(views.flatMap(({ rows }) => rows.flatMap(({ view }) => (view ? fieldsOf(view) : []))));
  const earlier = new EarlierRows();
  return views.flatMap(({ file, rows }) => {
    const findings = new RowFindings(file.path);
    earlier.begin(file);
    for (const { view, bad, line } of rows) {
      const toRange = ({ start, end }: Span): Range => ({
        start: { line, character: start },
        end: { line, character: end },
      });
      if (view?.template && areFieldsKnown(view.template, present)) earlier.compare(view, view.template, line);
      for (const rule of rules) {
        const add: RowReport = (make, group = '') => {
          // Where no row has a field, the template is at fault.
          if (rule !== rowFieldMissing || present.has(group)) findings.add(rule, group, make, toRange);
        };
        if (bad !== undefined) rule.checkBadRow?.(bad, add);
        else rule.checkRow?.(view!, context, add);
      }
    }
    return findings.problems();
  });
}

function fieldsOf({ template, value }: RowView): string[] {
  return template ? Object.keys(value).map((field) => missingFieldGroup(template.settings.taskname, field)) : [];
}

function areFieldsKnown(template: TemplateView, present: ReadonlySet<string>): boolean {
  const { taskname } = template.settings;
  return template.areFieldsKnown && template.fields.every((field) => present.has(missingFieldGroup(taskname, field)));
}

/** The rows before one, in its file and in those before it. */
class EarlierRows {
  #file!: WholeFile;
  /** By all of their texts, the rows of this file. */
  #seen = new Map<string, RowPlace>();
  readonly #training = new Map<string, RowPlace>();
  readonly #asked: Asked[] = [];

  begin(file: WholeFile): void {
    this.#file = file;
    this.#seen = new Map();
  }

  /** Says in a row what is like it, and keeps it for those behind it. */
  compare(view: RowView, template: TemplateView, line: number): void {
    const { path, splits } = this.#file;
    const here = { file: path, line };
    const texts = template.fields.map((field) => (Object.hasOwn(view.value, field) ? view.value[field] : ''));
    const key = JSON.stringify([
      template.settings.taskname,
      ...texts.map((text) => (typeof text === 'string' ? text : JSON.stringify(text))),
    ]);
    const isTraining = splits.includes('train');
    view.duplicateOf = this.#seen.get(key);
    if (!isTraining) view.leakedFrom = this.#training.get(key);
    else if (!this.#training.has(key)) this.#training.set(key, here);
    const asked = askedIn(view, isTraining ? ['train'] : splits, here);
    if (asked !== undefined) {
      compare(view, asked, this.#asked);
      this.#asked.push(asked);
    }
    // Later ones in this file are said to be the like of what this one is the like of.
    if (!this.#seen.has(key)) this.#seen.set(key, view.duplicateOf ?? here);
  }
}

function rowsOf(file: WholeFile, context: TaskContext, meter: TokenMeter | undefined) {
  const reader = new RowReader();
  const rows = [...reader.push(new TextEncoder().encode(file.text)), ...reader.end()];
  return rows.map((row) => {
    if (row.value === undefined) return { line: row.line, bad: row, view: undefined };
    const name = textOf(row.value, 'taskname');
    const template = name === undefined ? undefined : context.template(name);
    const { value } = row;
    const view: RowView = {
      file: file.path,
      value,
      template,
      isExample: false,
      places: new RowPlaces(row.text),
      repeated: repeatedIn(row.text),
      duplicateOf: undefined,
      leakedFrom: undefined,
      answeredOtherwise: undefined,
      tokens: meter === undefined || template === undefined ? undefined : () => meter.measure(template, value),
    };
    return { line: row.line, bad: undefined, view };
  });
}

/** Names of the keys of which there are several. */
function repeatedIn(text: string): string[] {
  const names = properties(parseJsonTree(text, { comments: false }).root!).map(({ name }) => name);
  return [...new Set(names.filter((name, at) => names.indexOf(name) < at))];
}

/** A row whose texts are all there, and what it may be compared with. */
interface Asked {
  readonly place: RowPlace;
  readonly splits: readonly Split[];
  readonly taskname: string;
  /** All but the answer; without labels that, too. */
  readonly inputs: string;
  /** The same with letter case, blanks and composition left out, but for the answer. */
  readonly folded: string;
  readonly answer: string;
  /** Empty for a task without labels. */
  readonly label: string;
}

function askedIn({ template, value }: RowView, splits: readonly Split[], place: RowPlace): Asked | undefined {
  const { answer_field, taskname } = template!.settings;
  const hasLabels = answer_field !== null && template!.forms !== undefined;
  const inputs = template!.fields.filter((field) => field !== answer_field).sort();
  const answer = answer_field === null ? '' : textOf(value, answer_field);
  const label = hasLabels && answer !== undefined ? labelOf(template!.forms!, answer) : '';
  const texts = inputs.map((field) => textOf(value, field));
  if ((hasLabels && inputs.length === 0) || texts.includes(undefined)) return undefined;
  if (answer === undefined || label === undefined) return undefined;
  const keyOf = (all: unknown[]) => JSON.stringify([taskname, hasLabels ? '' : answer, ...all]);
  const folded = keyOf(texts.map((text) => text!.normalize('NFC').toLowerCase().replace(/\s/g, '')));
  return { place, splits, taskname, inputs: keyOf(texts), folded, answer, label };
}

/** @param rows those before it, of its own file and others */
function compare(view: RowView, asked: Asked, rows: readonly Asked[]): void {
  const alike = rows.filter(({ inputs }) => inputs === asked.inputs);
  const isTraining = asked.splits.includes('train');
  const own = asked.splits.flatMap((split) => alike.filter(({ splits }) => splits.includes(split)));
  const taught = isTraining ? [] : alike.filter(({ splits }) => splits.includes('train'));
  const earlier = [...taught, ...own][0];
  if (earlier !== undefined && earlier.label !== asked.label) {
    view.answeredOtherwise = { ...earlier.place, label: earlier.label };
  } else if (taught.length > 0) view.leakedFrom ??= taught[0]!.place;
  else if (!isTraining && !isMeaningful(asked.taskname, rows)) {
    const like = rows.filter(({ folded, splits }) => folded === asked.folded && splits.includes('train'));
    if (like.length > 0 && like.every(({ label }) => label === asked.label)) {
      view.leakedFrom ??= { ...like[0]!.place, isFolded: true };
    }
  }
  view.duplicateOf ??= own.find(({ answer }) => answer === asked.answer)?.place;
}

/** Whether training rows that differ in letter case and the like alone have other labels as often as the same. */
function isMeaningful(taskname: string, rows: readonly Asked[]): boolean {
  const training = rows.filter((row) => row.taskname === taskname && row.splits.includes('train'));
  const groups = [...new Set(training.map(({ folded }) => folded))]
    .map((key) => training.filter(({ folded }) => folded === key))
    .filter((group) => new Set(group.map(({ inputs }) => inputs)).size > 1);
  const [same, other] = [true, false].map(
    (isSame) => groups.filter((group) => (new Set(group.map(({ label }) => label)).size === 1) === isSame).length,
  );
  return other! > 0 && other! >= same!;
}
