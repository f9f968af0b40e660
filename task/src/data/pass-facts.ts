import { t } from '../../../l10n/src/words.ts';
import { rowTooLong, SKIPPED } from '../rules/row-too-long.ts';
import { addLabel, countLabels, lineStart } from './gather-facts.ts';
import type { PassMemory, RowPass } from './row-passes.ts';
import { COLUMNS } from './row-records.ts';
import type { Round } from './row-round.ts';

/** Adds to the facts what passes have found, of tasks whose rows they have seen all. */
export function addFactsOfPasses({ templates, data, files, passes, manyAnswers }: Round, memory: PassMemory): void {
  const passesOf = byTask(passes);
  for (const [taskname, template] of templates) {
    const facts = data.tasks.get(taskname)!;
    const ofTask = (kind: RowPass['kind']) => passesOf.get(taskname)?.find((pass) => pass.kind === kind);
    const [answers, lengths, boundary] = [ofTask('answer'), ofTask('lengths'), ofTask('boundary')];
    const labels = files.map(({ index }) => answers && memory.all(answers, index));
    const areKnown = files.every(({ index }, i) => !manyAnswers.get(taskname)?.has(index) || labels[i] !== undefined);
    for (const [i, file] of areKnown ? files.entries() : []) {
      if (!manyAnswers.get(taskname)?.has(file.index)) countLabels(facts, template, file);
      for (const { found } of labels[i] ?? []) {
        for (const [label, rows] of found.labels) addLabel(facts, file.facts, label, rows);
      }
    }
    for (const { index, facts: file } of files) {
      for (const { found } of (lengths && memory.all(lengths, index)) ?? []) {
        const skipped = found.fired.get(rowTooLong)?.get(SKIPPED)?.count ?? 0;
        facts.skippedByFile.set(file.path, (facts.skippedByFile.get(file.path) ?? 0) + skipped);
      }
    }
    const merging = files.map(({ index }) => boundary && memory.all(boundary, index));
    if (merging.some((found) => found === undefined)) continue;
    for (const [i, { facts: file, index }] of files.entries()) {
      for (const { found, at, block } of merging[i]!) {
        if (found.merging.count === 0) continue;
        facts.merging.rows += found.merging.count;
        const line = index.lineOf(at) + block.records!.columns[found.merging.first * COLUMNS]!;
        facts.merging.first ??= lineStart(file.path, line, t('The first of these rows.'));
      }
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
