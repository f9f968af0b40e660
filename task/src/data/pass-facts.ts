import { t } from '../../../l10n/src/words.ts';
import type { TemplateView } from '../context.ts';
import type { TaskDataFacts } from '../data-facts.ts';
import { rowTooLong, SKIPPED } from '../rules/row-too-long.ts';
import type { DataIndex } from './data-index.ts';
import { addLabel, countLabels, type IndexedFile, lineStart } from './gather-facts.ts';
import type { PassMemory, RowPass } from './row-passes.ts';
import type { Round } from './row-round.ts';

/** What a pass found in each block of a file; undefined until it has seen all of them, or where there is no such pass. */
type Found = ReturnType<PassMemory['all']>;

/** Adds to the facts what passes have found, of tasks whose rows they have seen all. */
export function addFactsOfPasses({ templates, data, files, passes, manyAnswers }: Round, memory: PassMemory): void {
  const passesOf = byTask(passes);
  for (const [taskname, template] of templates) {
    const facts = data.tasks.get(taskname)!;
    const foundBy = (kind: RowPass['kind']): Found[] => {
      const pass = passesOf.get(taskname)?.find((one) => one.kind === kind);
      return files.map(({ index }) => pass && memory.all(pass, index));
    };
    addLabels(facts, template, files, manyAnswers.get(taskname) ?? new Set(), foundBy('answer'));
    addSkipped(facts, files, foundBy('lengths'));
    addMerging(facts, files, foundBy('boundary'));
  }
}

/** @param many the files with too many different answers to know them all but by a pass */
function addLabels(
  facts: TaskDataFacts,
  template: TemplateView,
  files: readonly IndexedFile[],
  many: ReadonlySet<DataIndex>,
  found: readonly Found[],
): void {
  if (files.some(({ index }, i) => many.has(index) && found[i] === undefined)) return;
  for (const [i, file] of files.entries()) {
    if (!many.has(file.index)) countLabels(facts, template, file);
    for (const { found: inBlock } of found[i] ?? []) {
      for (const [label, rows] of inBlock.labels) addLabel(facts, file.facts, label, rows);
    }
  }
}

function addSkipped(facts: TaskDataFacts, files: readonly IndexedFile[], found: readonly Found[]): void {
  for (const [i, { facts: file }] of files.entries()) {
    for (const { found: inBlock } of found[i] ?? []) {
      const skipped = inBlock.fired.get(rowTooLong)?.get(SKIPPED)?.count ?? 0;
      facts.skippedByFile.set(file.path, (facts.skippedByFile.get(file.path) ?? 0) + skipped);
    }
  }
}

function addMerging({ merging }: TaskDataFacts, files: readonly IndexedFile[], found: readonly Found[]): void {
  if (found.includes(undefined)) return;
  for (const [i, { facts: file, index }] of files.entries()) {
    for (const { found: inBlock, at } of found[i]!) {
      const { count, first } = inBlock.merging;
      if (count === 0) continue;
      merging.rows += count;
      merging.first ??= lineStart(file.path, index.ref(at, first).line, t('The first of these rows.'));
    }
  }
}

/** There may be thousands of tasks. */
function byTask(passes: readonly RowPass[]): ReadonlyMap<string | undefined, readonly RowPass[]> {
  const grouped = new Map<string | undefined, RowPass[]>();
  for (const pass of passes) {
    const ofTask = grouped.get(pass.taskname);
    if (ofTask === undefined) grouped.set(pass.taskname, [pass]);
    else ofTask.push(pass);
  }
  return grouped;
}
