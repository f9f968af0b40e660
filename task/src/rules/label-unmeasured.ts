import { t } from '../../../l10n/src/words.ts';
import type { TemplateView } from '../context.ts';
import type { DataFacts, Split } from '../data-facts.ts';
import { type JsonNode, spanOf } from '../json-tree.ts';
import { isLabel } from '../labels.ts';
import type { Rule } from '../rule.ts';

const MOST_NAMED = 5;

export const labelUnmeasured: Rule = {
  code: 'label-unmeasured',
  severity: 'warning',
  explanation:
    'All validation or test rows have the same label, so that a model which says nothing else looks perfect; rows that are sorted by label and then split come out so. Where only some of the labels that training rows have are missing it is only information: nothing measures whether these are learnt. Fewer rows than there are labels are not judged. With one label alone every prediction is right.',
  example: {
    of: 'file',
    wrong: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["positive-rows.jsonl"] }',
    right: '"data": { "train_ds": ["train.jsonl"], "validation_ds": ["validation.jsonl"] }',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const node = context.givenIn(template, 'labels');
      const labels = Object.keys(template.settings.labels ?? {}).filter((name) => isLabel(template.forms, name));
      if (node === undefined || labels.length !== 1) continue;
      report({
        at: spanOf(node),
        message: t(
          'With {0} alone every prediction is that, and right, whatever has been learnt; add the other labels, or leave "labels" out for free text.',
          JSON.stringify(labels[0]),
        ),
      });
    }
  },
  checkData(context, data, report) {
    for (const template of context.rowTemplates) {
      const labels = Object.keys(template.settings.labels ?? {}).filter((name) => isLabel(template.forms, name));
      for (const split of ['validation', 'test'] as const) {
        const { counts, node } = labelsIn(split, template, data);
        const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
        if (node === undefined || labels.length < 2 || rows < labels.length) continue;
        const message = counts.size === 1 ? onOne(split, template, counts) : onMissing(split, template, counts, data);
        if (message === undefined) continue;
        report({ at: spanOf(node), message, ...(counts.size === 1 ? {} : { severity: 'information' }) });
      }
    }
  },
};

/** How many rows of a split have each label, and where the file names the first of its files that has any. */
function labelsIn(
  split: Split,
  { settings }: TemplateView,
  { files, tasks }: DataFacts,
): { counts: Map<string, number>; node: JsonNode | undefined } {
  const counts = new Map<string, number>();
  let node: JsonNode | undefined;
  for (const { path, mentions } of files) {
    const mention = mentions.find((one) => one.split === split);
    const inFile = tasks.get(settings.taskname)?.labelsByFile.get(path);
    if (mention === undefined || inFile === undefined) continue;
    node ??= mention.node;
    for (const [label, rows] of inFile) counts.set(label, (counts.get(label) ?? 0) + rows);
  }
  return { counts, node };
}

function onOne(split: Split, { settings }: TemplateView, counts: ReadonlyMap<string, number>): string {
  const [label] = counts.keys();
  const named = [JSON.stringify(settings.taskname), JSON.stringify(label)] as const;
  return split === 'validation'
    ? t(
        'All validation rows of {0} have the label {1}, so that a prompt which says nothing else looks best; mix the rows before they are split.',
        ...named,
      )
    : t(
        'All test rows of {0} have the label {1}, so that a prompt which says nothing else looks perfect; mix the rows before they are split.',
        ...named,
      );
}

function onMissing(
  split: Split,
  { settings }: TemplateView,
  counts: ReadonlyMap<string, number>,
  { tasks }: DataFacts,
): string | undefined {
  const trained = [...(tasks.get(settings.taskname)?.labelCounts.keys() ?? [])];
  const missing = trained.filter((label) => !counts.has(label));
  if (missing.length === 0) return undefined;
  const shown = missing.slice(0, MOST_NAMED).map((label) => JSON.stringify(label));
  const named = [
    JSON.stringify(settings.taskname),
    `${shown.join(', ')}${missing.length > MOST_NAMED ? ', …' : ''}`,
  ] as const;
  return split === 'validation'
    ? t(
        'No validation row of {0} has these labels, which training rows have: {1}. Nothing measures whether they are learnt.',
        ...named,
      )
    : t(
        'No test row of {0} has these labels, which training rows have: {1}. Nothing measures whether they are learnt.',
        ...named,
      );
}
