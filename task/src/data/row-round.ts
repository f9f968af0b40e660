import type { TaskContext, TemplateView } from '../context.ts';
import { type DataFacts, rowsOf } from '../data-facts.ts';
import type { ModelFacts } from '../environment.ts';
import { missingFieldGroup } from '../rules/row-field-missing.ts';
import type { TokenMeter } from '../tokens.ts';
import type { DataBlock, DataIndex, RowRef } from './data-index.ts';
import type { LongExample } from './example-checks.ts';
import { knowsAllAnswers } from './fired-rows.ts';
import type { IndexedFile } from './gather-facts.ts';
import type { LikenessQuestion, Likes } from './likeness-memory.ts';
import { modelId, type RowPass } from './row-passes.ts';

export interface RowsInput {
  readonly context: TaskContext;
  readonly model: ModelFacts;
  /** Every file that the task file names, training data first; those that are not there have an empty index. */
  readonly files: readonly IndexedFile[];
}

/** What a check has to go by. */
export interface Round extends RowsInput {
  readonly templates: ReadonlyMap<string, TemplateView>;
  readonly meter: TokenMeter | undefined;
  /** Changes with all that rules for rows may look at in the task file. */
  readonly signature: string;
  /** And with what rules that look at tokens may look at as well. */
  readonly slowSignature: string;
  readonly data: DataFacts;
  readonly passes: readonly RowPass[];
  /** By task: the files that have too many different answers to know them all. */
  readonly manyAnswers: ReadonlyMap<string, ReadonlySet<DataIndex>>;
  readonly likeness: LikenessQuestion & { readonly found: readonly Likes[] | undefined };
  /** Rows that must be read for what is shown. */
  readonly missing: Map<IndexedFile, RowRef[]>;
  /** Blocks that passes have not read yet. */
  readonly unread: OpenBlock[];
  /** Examples that are still to be measured. */
  readonly longExamples: LongExample[];
}

/** Something that is still to be done. Only what needs a tokeniser is slow, and it comes last. */
export type OpenWork = { readonly isSlow: boolean } & (
  | { readonly kind: 'rows'; readonly rows: ReadonlyMap<IndexedFile, readonly RowRef[]> }
  | ({ readonly kind: 'likeness' } & LikenessQuestion)
  | { readonly kind: 'passes'; readonly blocks: readonly OpenBlock[] }
  | { readonly kind: 'examples'; readonly examples: readonly LongExample[]; readonly meter: TokenMeter }
);

export interface OpenBlock {
  readonly file: IndexedFile;
  readonly block: DataBlock;
  readonly passes: readonly RowPass[];
}

/** What is to be done first. */
export function nextStep({ missing, unread, likeness, longExamples, meter }: Round): OpenWork | undefined {
  if (missing.size > 0) return { kind: 'rows', isSlow: false, rows: missing };
  const quick = choose(unread, false);
  if (quick.length > 0) return { kind: 'passes', isSlow: false, blocks: quick };
  if (likeness.found === undefined) return { kind: 'likeness', isSlow: false, ...likeness };
  if (longExamples.length > 0) return { kind: 'examples', isSlow: true, examples: longExamples, meter: meter! };
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
export function missingEverywhere({ templates, data }: Round): Set<string> {
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

/** By task: the files that have too many different answers to know them all. */
export function manyAnswersIn(
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

/** The first template of each task, by its name. */
export function templatesOf(context: TaskContext): Map<string, TemplateView> {
  return new Map([...context.tasknames].map((name) => [name, context.template(name)!]));
}

/** All that rules for rows may look at in the task file. */
export function signatureOf(templates: ReadonlyMap<string, TemplateView>, { areTasksKnown }: TaskContext): string {
  return JSON.stringify([
    areTasksKnown,
    ...[...templates].map(
      ([
        taskname,
        {
          fields,
          areFieldsKnown,
          settings: { answer_field, truncate_field, labels },
        },
      ]) => [taskname, fields, areFieldsKnown, answer_field, truncate_field, labels],
    ),
  ]);
}

/** What rules that look at tokens may look at as well. */
export function slowSignatureOf(templates: ReadonlyMap<string, TemplateView>, { context, model }: RowsInput): string {
  const { max_seq_length, add_bos, add_eos } = context.file.data;
  const whole = [...templates].map(([, { settings }]) => settings);
  return JSON.stringify([modelId(model), max_seq_length, add_bos, add_eos, whole]);
}
