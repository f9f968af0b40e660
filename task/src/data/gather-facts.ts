import { t } from '../../../l10n/src/words.ts';
import type { RelatedPlace } from '../../../protocol/src/problem.ts';
import type { TemplateView } from '../context.ts';
import type { DataFileFacts } from '../data-facts.ts';
import {
  type FieldSample,
  MAX_OTHER_FIELDS,
  MAX_OTHER_TASKS,
  noTaskData,
  type Split,
  type TaskDataFacts,
} from '../data-facts.ts';
import { labelOf } from '../labels.ts';
import type { DataIndex } from './data-index.ts';
import { shapeIdOf } from './row-records.ts';
import { mergedValues, type ValueTable } from './value-table.ts';

/** A data file that was read, and what the task file takes it for. */
export interface IndexedFile {
  readonly facts: DataFileFacts;
  readonly index: DataIndex;
}

/** What all rows of a task say together, but for what only their texts tell. */
export function gatherFacts(
  taskname: string,
  templateFields: readonly string[],
  files: readonly IndexedFile[],
  samples: Map<string, FieldSample>,
): TaskDataFacts {
  const facts: TaskDataFacts = { ...noTaskData(), samples };
  const counts = new Map<string, number>();
  for (const { facts: file, index } of files) {
    let rows = 0;
    for (const shape of index.shapes.all) {
      if (shape.rows === 0 || shape.taskname !== taskname) continue;
      rows += shape.rows;
      for (const field of shape.fields) add(counts, field, shape.rows);
    }
    if (rows === 0) continue;
    facts.rowsByFile.set(file.path, rows);
    for (const split of splitsOf(file)) facts.rows[split] += rows;
    facts.firstRow ??= firstRow(taskname, file.path, index);
  }
  for (const field of templateFields) {
    const rows = counts.get(field);
    if (rows !== undefined) facts.fieldCounts.set(field, rows);
    counts.delete(field);
  }
  facts.otherFields = new Map([...counts].sort(commonestFirst).slice(0, MAX_OTHER_FIELDS));
  return facts;
}

/** Tasks that rows name and that have no template, the commonest first. */
export function otherTasknames(templates: ReadonlyMap<string, TemplateView>, files: readonly IndexedFile[]): string[] {
  const counts = new Map<string, number>();
  for (const { index } of files) {
    for (const { taskname, rows } of index.shapes.all) {
      if (taskname !== undefined && rows > 0 && !templates.has(taskname)) add(counts, taskname, rows);
    }
  }
  const names = [...counts].sort(commonestFirst).map(([name]) => name);
  return names.slice(0, MAX_OTHER_TASKS);
}

/** What the texts of each field of a task look like. */
export function gatherSamples(taskname: string, files: readonly IndexedFile[]): Map<string, FieldSample> {
  const tables = new Map<string, ValueTable[]>();
  for (const { index } of files) {
    for (const [field, table] of index.shapes.tables(taskname) ?? []) {
      tables.set(field, [...(tables.get(field) ?? []), table]);
    }
  }
  return new Map(
    [...tables].flatMap(([field, all]): [string, FieldSample][] => {
      const first = all.find((table) => table.first !== undefined)?.first;
      return first === undefined ? [] : [[field, { first, values: mergedValues(all) }]];
    }),
  );
}

/** Adds the rows of a file to the counts of labels, by the table of its answers. */
export function countLabels(facts: TaskDataFacts, template: TemplateView, { facts: file, index }: IndexedFile): void {
  const { answer_field, taskname } = template.settings;
  if (template.forms === undefined || answer_field === null) return;
  for (const { text, rows } of index.shapes.tables(taskname)?.get(answer_field)?.values ?? []) {
    const label = labelOf(template.forms, text);
    if (label !== undefined) addLabel(facts, file, label, rows);
  }
}

export function addLabel(facts: TaskDataFacts, file: DataFileFacts, label: string, rows: number): void {
  add(facts.allLabelCounts, label, rows);
  const inFile = facts.labelsByFile.get(file.path) ?? new Map<string, number>();
  facts.labelsByFile.set(file.path, inFile);
  add(inFile, label, rows);
  if (splitsOf(file).includes('train')) add(facts.labelCounts, label, rows);
}

export function splitsOf({ mentions }: DataFileFacts): Split[] {
  return [...new Set(mentions.map(({ split }) => split))];
}

/** A place in a data file to which a problem elsewhere points. */
export function lineStart(file: string, line: number, message: string): RelatedPlace {
  return { file, range: { start: { line, character: 0 }, end: { line, character: 1 } }, message };
}

function firstRow(taskname: string, path: string, index: DataIndex): RelatedPlace | undefined {
  for (const [at, block] of index.blocks.entries()) {
    const records = block.records!;
    for (let row = 0; row < records.count; row++) {
      if (index.shapes.at(shapeIdOf(records, row)).taskname !== taskname) continue;
      return lineStart(path, index.ref(at, row).line, t('The first row of this task.'));
    }
  }
  return undefined;
}

function commonestFirst([a, aRows]: [string, number], [b, bRows]: [string, number]): number {
  return bRows - aRows || (a < b ? -1 : 1);
}

function add(counts: Map<string, number>, key: string, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}
