/** What the rows of some data files say of the task that they are for. */
export interface DataProposal {
  /** The commonest; undefined where rows name none. */
  readonly taskname: string | undefined;
  /** Fields with text that most rows have, in the order in which they stand, the answer not among them. */
  readonly fields: readonly string[];
  readonly answerField: string;
  /** Fields with numbers or truth values that are the answer, or may be. */
  readonly numberFields: readonly string[];
  /** The answers, where they look like labels. */
  readonly labels: readonly string[] | undefined;
  /** The field whose texts are longest, which is cut where a row is too long. */
  readonly longestField: string | undefined;
}

/** More different answers are free text. */
const MOST_LABELS = 30;
const ANSWER_NAMES = ['label', 'answer', 'response', 'completion', 'output', 'target', 'etikett', 'svar'];

export type Row = Readonly<Record<string, unknown>>;

/** Of what can be made a text without a doubt. */
export const isNumberOrTruth = (value: unknown) => typeof value === 'number' || typeof value === 'boolean';

/** Reads the first lines of a data file; what is no row is passed over. */
export function readRows(text: string, most: number): Row[] {
  const rows: Row[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (rows.length === most) break;
    try {
      const row: unknown = JSON.parse(line);
      if (typeof row === 'object' && row !== null && !Array.isArray(row)) rows.push(row as Row);
    } catch {
      // A blank or broken line.
    }
  }
  return rows;
}

/**
 * @param answer the field that is the answer, where the user has said so
 * @returns undefined where no field could be an answer
 */
export function proposeTask(rows: readonly Row[], answer?: string): DataProposal | undefined {
  const taskname = commonest(rows.flatMap(({ taskname }) => (typeof taskname === 'string' ? [taskname] : [])));
  const own = rows.filter((row) => taskname === undefined || row.taskname === taskname);
  const common = commonFields(own, (value) => typeof value === 'string');
  const names = common.map(([field]) => field);
  const numbers = commonFields(own, isNumberOrTruth).filter(
    ([field, values]) => field === answer || ANSWER_NAMES.includes(field) || labelsOf(values),
  );
  const numberFields = numbers.map(([field]) => field);
  const answerField =
    answer ??
    ANSWER_NAMES.find((name) => names.includes(name)) ??
    // Such as `label_text` beside `label`, a number.
    names.find((field) => ANSWER_NAMES.some((name) => field.startsWith(`${name}_`))) ??
    ANSWER_NAMES.find((name) => numberFields.includes(name)) ??
    names.at(-1);
  if (answerField === undefined) return undefined;
  const fields = names.filter((field) => field !== answerField);
  return {
    taskname,
    fields,
    answerField,
    numberFields,
    labels: labelsOf(new Map([...common, ...numbers]).get(answerField) ?? []),
    longestField: longest(common.filter(([field]) => field !== answerField)),
  };
}

/** Fields that most rows have with such values, in the order in which they stand, and the values as texts. */
function commonFields(rows: readonly Row[], isWanted: (value: unknown) => boolean): [string, string[]][] {
  const texts = new Map<string, string[]>();
  for (const row of rows) {
    for (const [field, value] of Object.entries(row)) {
      if (field === 'taskname' || !isWanted(value) || !isPlaceholder(field)) continue;
      const known = texts.get(field);
      if (known) known.push(String(value));
      else texts.set(field, [String(value)]);
    }
  }
  return [...texts].filter(([, values]) => values.length > rows.length / 2);
}

/** Whether a field can stand in a template. */
const isPlaceholder = (field: string) => /^[^{}\r\n]+$/.test(field) && !field.includes('<|VIRTUAL_PROMPT_');

/** What stands in the fields that are not the answer, whose labels may be in another language. */
export function textsOf(rows: readonly Row[], { fields }: Pick<DataProposal, 'fields'>): string[] {
  return rows.flatMap((row) => fields.flatMap((field) => (typeof row[field] === 'string' ? [row[field]] : [])));
}

function labelsOf(answers: readonly string[]): string[] | undefined {
  const labels = [...new Set(answers)].filter((answer) => answer.trim() !== '');
  const areFew = labels.length >= 2 && labels.length <= Math.min(MOST_LABELS, answers.length / 2);
  return areFew && labels.every((label) => label.length <= 40) ? labels : undefined;
}

function longest(fields: readonly (readonly [string, readonly string[]])[]): string | undefined {
  const lengths = fields.map(([field, values]) => ({
    field,
    length: values.reduce((most, { length }) => Math.max(most, length), 0),
  }));
  return lengths.sort((a, b) => b.length - a.length)[0]?.field;
}

function commonest(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
