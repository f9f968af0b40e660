import { formKey } from '../labels.ts';
import type { RowObject } from '../rows.ts';
import { canBePlaceholder } from '../template.ts';
import { calledAnswer, isBesideAnswer, isCalledLabel } from './answer-names.ts';
import { languageOf, type RowLanguage } from './row-language.ts';

/** What the rows of some data files say of the task that they are for. */
export interface DataProposal {
  /** The commonest; undefined where rows name none. */
  readonly taskname: string | undefined;
  /** Fields with text that most rows have, in the order in which they stand, the answer not among them. */
  readonly fields: readonly string[];
  /** Such fields that hold nothing but numbers or dates, as columns of a table do, where there are others. They are not proposed. */
  readonly otherFields: readonly string[];
  readonly answerField: string;
  /** Whether it is one of several fields, none of which alone is called as answers are: the last that looks like labels, or the last. */
  readonly isAnswerGuessed: boolean;
  /** Fields with numbers or truth values that are the answer, or may be. */
  readonly numberFields: readonly string[];
  /** The answers, where they look like labels. */
  readonly labels: readonly string[] | undefined;
  /** The field whose texts are longest, which is cut where a row is too long. */
  readonly longestField: string | undefined;
  /** That of the texts; undefined where nothing speaks for any. */
  readonly language: RowLanguage | undefined;
}

/** More different answers, or longer ones, are free text. */
const MOST_LABELS = 30;
const LONGEST_LABEL = 40;
/** Of what can be made a text without a doubt. */
const isNumberOrTruth = (value: unknown) => ['number', 'bigint', 'boolean'].includes(typeof value);

/** Its value as a text; undefined where that is none, nor can be made one. */
export function textIn(row: RowObject, field: string): string | undefined {
  const value = Object.hasOwn(row, field) ? row[field] : undefined;
  if (typeof value === 'string') return value;
  return isNumberOrTruth(value) ? String(value) : undefined;
}

/** The name of its task; undefined for a row that names none, as where a cell of a table is blank. */
export function tasknameIn(row: RowObject): string | undefined {
  const name = textIn(row, 'taskname');
  return name?.trim() === '' ? undefined : name;
}

/** More tasks, and more fields of one, are passed over. */
const MOST_NAMES = 1000;
/** In the digits of any script, with decimal points or commas, groups of three, a currency or a per cent sign. */
const NUMBER = /^[\s\p{Sc}]*[-+−]?\p{Nd}[\p{Nd}\s.,'’٫٬]*[\s%٪\p{Sc}]*$/u;

/** Of a date in figures, and a time that may follow it, as programs write them: 2024-01-02T03:04:05.6Z, 1/2/2024 3:04 PM, 02.01.2024. */
const DATE = new RegExp(
  [
    '^\\p{Nd}{1,4}([-./])\\s?\\p{Nd}{1,4}\\1\\s?\\p{Nd}{1,4}\\.?',
    '(?:[\\sT,]\\s*\\p{Nd}{1,2}(?:[:.]\\p{Nd}{2}){1,2}(?:[.,]\\p{Nd}+)?)?',
    '\\s*(?:[AP]M)?\\s*(?:Z|UTC|GMT)?(?:[-+]\\p{Nd}{1,2}(?::?\\p{Nd}{2})?)?$',
  ].join(''),
  'iu',
);

/** How many rows' texts are kept to tell their language, and how much of each. */
const MOST_SAMPLES = 400;
const SAMPLE_UNITS = 300;

/** What is known of a field's values of one kind. */
interface FieldFacts {
  /** Rows with such a value. */
  rows: number;
  /**
   * The different ones that are not blank, while they are so few and short that they may be labels. By what `labels` of a task file
   * takes for one: the first that was found stands for all that differ in outer blanks or the composition of letters alone.
   */
  values: Map<string, string> | undefined;
  /** Whether all that are not blank are numbers or dates, however they are written. */
  areFigures: boolean;
  /** The length of the longest in UTF-16 units. */
  longest: number;
}

/** What of a field's values tells whether they are labels. */
type Answers = Pick<FieldFacts, 'rows' | 'values'>;

interface TaskSurvey {
  rows: number;
  readonly texts: Map<string, FieldFacts>;
  readonly numbers: Map<string, FieldFacts>;
  /** How many rows have a list or an object there, of which no text is made. */
  readonly nested: Map<string, number>;
  /** Every so many rows a sample is taken. */
  stride: number;
  samples: ReadonlyMap<string, string>[];
}

/** What there is in rows, gathered row by row: its size does not depend on how many there are. */
export class RowSurvey {
  readonly #tasks = new Map<string | undefined, TaskSurvey>();

  add(row: RowObject): void {
    const task = this.#task(tasknameIn(row));
    if (task === undefined) return;
    const samples = task.rows % task.stride === 0 ? new Map<string, string>() : undefined;
    task.rows += 1;
    for (const [field, value] of Object.entries(row)) {
      if (field === 'taskname') continue;
      if (typeof value === 'string') {
        note(task.texts, field, value);
        samples?.set(field, value.slice(0, SAMPLE_UNITS));
      } else if (isNumberOrTruth(value)) note(task.numbers, field, String(value));
      else if (value !== null && task.nested.size < MOST_NAMES) {
        task.nested.set(field, (task.nested.get(field) ?? 0) + 1);
      }
    }
    if (samples) keepSample(task, samples);
  }

  /** The commonest name of a task; undefined where rows name none. */
  get taskname(): string | undefined {
    const named = [...this.#tasks].flatMap(([name, { rows }]) => (name === undefined ? [] : [{ name, rows }]));
    return named.sort((a, b) => b.rows - a.rows)[0]?.name;
  }

  /** The names of tasks that rows have. */
  get tasknames(): string[] {
    return [...this.#tasks.keys()].filter((name) => name !== undefined);
  }

  /** The rows of a task. */
  of(taskname: string | undefined): Readonly<TaskSurvey> {
    return this.#tasks.get(taskname) ?? emptySurvey();
  }

  /** The fields of a task that hold lists or objects in most rows. */
  nestedIn(taskname: string | undefined): string[] {
    const { rows, nested } = this.of(taskname);
    return [...nested].flatMap(([field, count]) => (count > rows / 2 ? [field] : []));
  }

  #task(taskname: string | undefined): TaskSurvey | undefined {
    const known = this.#tasks.get(taskname);
    if (known || this.#tasks.size > MOST_NAMES) return known;
    const made = emptySurvey();
    this.#tasks.set(taskname, made);
    return made;
  }
}

const emptySurvey = (): TaskSurvey => ({
  rows: 0,
  texts: new Map(),
  numbers: new Map(),
  nested: new Map(),
  stride: 1,
  samples: [],
});

function note(fields: Map<string, FieldFacts>, field: string, value: string): void {
  let facts = fields.get(field);
  if (facts === undefined) {
    if (fields.size >= MOST_NAMES || !canBePlaceholder(field)) return;
    facts = { rows: 0, values: new Map(), areFigures: true, longest: 0 };
    fields.set(field, facts);
  }
  facts.rows += 1;
  facts.longest = Math.max(facts.longest, value.length);
  const isBlank = value.trim() === '';
  if (facts.areFigures && !isBlank)
    facts.areFigures = value.length <= LONGEST_LABEL && (NUMBER.test(value) || DATE.test(value.trim()));
  if (facts.values === undefined || isBlank) return;
  const key = formKey(value);
  if (!facts.values.has(key)) facts.values.set(key, value.trim());
  if (facts.values.size > MOST_LABELS || value.length > LONGEST_LABEL) facts.values = undefined;
}

/** Samples stay spread over all rows: where they become too many, every second one goes. */
function keepSample(task: TaskSurvey, sample: ReadonlyMap<string, string>): void {
  task.samples.push(sample);
  if (task.samples.length <= MOST_SAMPLES) return;
  task.samples = task.samples.filter((_, place) => place % 2 === 0);
  task.stride *= 2;
}

/** What the user has said already. */
export interface Wanted {
  readonly answerField?: string | undefined;
  /** The fields with text, in their order. */
  readonly fields?: readonly string[] | undefined;
  /** The task whose rows are meant, where they name any. */
  readonly taskname?: string | undefined;
}

/** @returns undefined where no field could be an answer */
export function proposeTask(survey: RowSurvey, wanted: Wanted = {}): DataProposal | undefined {
  const taskname =
    wanted.taskname !== undefined && survey.tasknames.includes(wanted.taskname) ? wanted.taskname : survey.taskname;
  const task = survey.of(taskname);
  const answer = wanted.answerField;
  const isCommon = ({ rows }: FieldFacts) => rows > task.rows / 2;
  const common = [...task.texts].filter(([, facts]) => isCommon(facts));
  const names = common.map(([field]) => field);
  const numbers = [...task.numbers].filter(
    ([field, facts]) =>
      isCommon(facts) && (field === answer || calledAnswer([field]) !== undefined || labelsOf(facts) !== undefined),
  );
  const numberFields = numbers.map(([field]) => field);
  const labelled = common.filter(([, facts]) => labelsOf(facts) !== undefined);
  const calledLabels = [labelled, numbers.filter(([, facts]) => labelsOf(facts) !== undefined)]
    .map((fields) => fields.map(([field]) => field).filter(isCalledLabel))
    .find((fields) => fields.length > 0);
  const named =
    answer ??
    calledAnswer(names) ??
    names.find(isBesideAnswer) ??
    calledAnswer(numberFields) ??
    (calledLabels?.length === 1 ? calledLabels[0] : undefined);
  const likeLabels = calledLabels?.at(-1) ?? labelled.findLast(([, { areFigures }]) => !areFigures)?.[0];
  const answerField = named ?? likeLabels ?? names.at(-1);
  if (answerField === undefined) return undefined;
  const others = common.filter(([field]) => field !== answerField);
  const texts = others.filter(([, { areFigures }]) => !areFigures);
  const proposed = (texts.length > 0 ? texts : others).map(([field]) => field);
  const fields = wanted.fields ?? proposed;
  // Rows without a task's name are given it.
  const all = [task, ...(taskname === undefined ? [] : [survey.of(undefined)])];
  const answers = all.flatMap(({ texts, numbers }) =>
    [texts.get(answerField) ?? [], numbers.get(answerField) ?? []].flat(),
  );
  return {
    taskname,
    fields,
    otherFields: others.map(([field]) => field).filter((field) => !fields.includes(field)),
    answerField,
    isAnswerGuessed: named === undefined && names.length > 1,
    numberFields,
    labels: labelsOf(together(answers)),
    longestField: longest([...task.texts].filter(([field]) => fields.includes(field) && field !== answerField)),
    // Labels may be in another language than the texts.
    language: languageOf(task.samples.flatMap((sample) => fields.flatMap((field) => sample.get(field) ?? []))),
  };
}

function labelsOf({ values, rows }: Answers): string[] | undefined {
  const count = values?.size ?? 0;
  return values && count >= 2 && count <= rows / 2 ? [...values.values()] : undefined;
}

function together(facts: readonly Answers[]): Answers {
  const values = new Map(facts.flatMap((one) => [...(one.values ?? [])]));
  return {
    rows: facts.reduce((sum, one) => sum + one.rows, 0),
    values: facts.every((one) => one.values) && values.size <= MOST_LABELS ? values : undefined,
  };
}

function longest(fields: readonly (readonly [string, FieldFacts])[]): string | undefined {
  return fields.toSorted(([, a], [, b]) => b.longest - a.longest)[0]?.[0];
}
