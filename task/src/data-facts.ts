import type { RelatedPlace } from '../../protocol/src/problem.ts';
import type { SampledValue } from './data/value-table.ts';
import type { JsonNode } from './json-tree.ts';

export type Split = 'train' | 'validation' | 'test';

/** In the order in which they are read: training data first, since leaks are found by comparing with it. */
export const SPLITS: readonly { split: Split; key: 'train_ds' | 'validation_ds' | 'test_ds' }[] = [
  { split: 'train', key: 'train_ds' },
  { split: 'validation', key: 'validation_ds' },
  { split: 'test', key: 'test_ds' },
];

/** What a data file turned out to be. */
export interface DataFileFacts {
  /** As the task file writes it. */
  name: string;
  /** Where it is. */
  path: string;
  /** Where the task file names it, and as what; the same file may be named several times. */
  mentions: { split: Split; node: JsonNode }[];
  state: 'read' | 'not-found' | 'unreadable';
  /** Why it is unreadable. */
  reason: string;
  /** When it is not found: the names of the files in its folder. */
  beside: readonly string[];
  /** Lines that are not blank, bad ones included. */
  rows: number;
}

/** What the rows of one task say together, over all data files. */
export interface TaskDataFacts {
  rows: Record<Split, number>;
  /** How many rows each data file gives, by its path; files that give none are left out. */
  rowsByFile: Map<string, number>;
  /** How many of them are too long and skipped, by the file's path; none while that is not known. */
  skippedByFile: Map<string, number>;
  /** How many rows have each field of the template. */
  fieldCounts: Map<string, number>;
  /** How many rows have each other field, the commonest first; at most MAX_OTHER_FIELDS of them. */
  otherFields: Map<string, number>;
  /** Texts of each field, `taskname` aside, of the first few dozen fields. */
  samples: Map<string, FieldSample>;
  /** How many training rows have each label, for a template with labels. */
  labelCounts: Map<string, number>;
  /** The same over the rows of all splits. */
  allLabelCounts: Map<string, number>;
  /** How many rows of each data file have each label, by the file's path. */
  labelsByFile: Map<string, Map<string, number>>;
  firstRow: RelatedPlace | undefined;
  /** Rows whose answer merges with the text before it. */
  merging: { rows: number; first: RelatedPlace | undefined };
}

/** What the texts of one field look like. */
export interface FieldSample {
  /** That of the first row that has one, or of another while its file is being changed. */
  readonly first: SampledValue;
  /** Different texts from all over the rows, in no order: all when there are few, else MAX_SAMPLED_VALUES at most. */
  readonly values: readonly SampledValue[];
}

export const MAX_OTHER_FIELDS = 1000;
export const MAX_OTHER_TASKS = 20;

export interface DataFacts {
  files: DataFileFacts[];
  /** By taskname, for every task with a template. */
  tasks: Map<string, TaskDataFacts>;
  /** Of tasks that rows name and that have no template, the commonest first; at most MAX_OTHER_TASKS. */
  otherTasks: Map<string, TaskDataFacts>;
}

export function noTaskData(): TaskDataFacts {
  return {
    rows: { train: 0, validation: 0, test: 0 },
    rowsByFile: new Map(),
    skippedByFile: new Map(),
    fieldCounts: new Map(),
    otherFields: new Map(),
    samples: new Map(),
    labelCounts: new Map(),
    allLabelCounts: new Map(),
    labelsByFile: new Map(),
    firstRow: undefined,
    merging: { rows: 0, first: undefined },
  };
}

export function rowsOf(facts: TaskDataFacts): number {
  return facts.rows.train + facts.rows.validation + facts.rows.test;
}
