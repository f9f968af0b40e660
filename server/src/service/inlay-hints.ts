import type { InlayHint, Range } from 'vscode-languageserver-types';
import { t } from '../../../l10n/src/words.ts';
import type { TaskContext, TemplateView } from '../../../task/src/context.ts';
import { type DataFacts, SPLITS } from '../../../task/src/data-facts.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { nodeAt, spanOf } from '../../../task/src/json-tree.ts';
import type { Knowledge } from './knowledge.ts';
import { type TokenCount, tokenPlaces } from './token-places.ts';
import { amount, number } from './words.ts';

/** A hint behind an offset. */
interface Hint {
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
  /** Inside a string a hint stands close to what it is about. */
  readonly isInString: boolean;
}

/**
 * How many virtual tokens each marker stands for and which tokens of a row they are, what `virtual_token_splits` add up
 * to, and how many rows each data file gives, in the lines of a range.
 */
export function inlayHints(
  knowledge: Knowledge,
  environment: Pick<CheckEnvironment, 'resolvePath'>,
  range: Range,
): InlayHint[] {
  const { context, data } = knowledge;
  const inRange = context.templates.filter(({ index }) => {
    const node = nodeAt(context.parsed.tree, ['task_templates', index]);
    if (node === undefined) return false;
    const { start, end } = context.lines.range(spanOf(node));
    return end.line >= range.start.line && start.line <= range.end.line;
  });
  const hints = [
    ...inRange.flatMap((template) => [...markerHints(knowledge, template), ...sumHint(context, template)]),
    ...(data === undefined ? [] : rowHints(context, data, environment)),
  ];
  const isWanted = (offset: number) => {
    const { line } = context.lines.position(offset);
    return line >= range.start.line && line <= range.end.line;
  };
  return hints
    .filter(({ offset }) => isWanted(offset))
    .map(({ offset, label, tooltip, isInString }) => ({
      position: context.lines.position(offset),
      label,
      tooltip,
      ...(isInString ? {} : { paddingLeft: true }),
    }));
}

function markerHints(knowledge: Knowledge, template: TemplateView): Hint[] {
  const places = tokenPlaces(knowledge, template);
  return template.markers.flatMap((marker) => {
    const span = knowledge.context.inTemplate(template, marker);
    // A split that is wrong is a problem of its own.
    if (span === undefined || marker.tokens < 1) return [];
    const { before, after } = places.get(marker) ?? { before: undefined, after: undefined };
    return [
      {
        offset: span.end,
        label: markerLabel(marker.tokens, before),
        tooltip: markerTooltip(marker.tokens, before, after),
        isInString: true,
      },
    ];
  });
}

/** `⟨10⟩ 5–14`: ten virtual tokens, from the fifth to the fourteenth token of a row. */
function markerLabel(tokens: number, before: TokenCount | undefined): string {
  if (before === undefined) return `⟨${tokens}⟩`;
  const [first, last] = [before.tokens + 1, before.tokens + tokens];
  return `⟨${tokens}⟩ ${before.isFixed ? '' : '≈'}${first}${last > first ? `–${last}` : ''}`;
}

function markerTooltip(tokens: number, before: TokenCount | undefined, after: TokenCount | undefined): string {
  const isTypical = before?.isFixed === false || after?.isFixed === false;
  return [
    `${amount(tokens, 'virtual token')}.`,
    ...(before === undefined ? [] : [t("In front: {0}, the backbone's own among them.", countText(before))]),
    ...(after === undefined ? [] : [t('Behind: {0}.', countText(after))]),
    ...(isTypical ? [t('“About” is in a row whose fields are of median length.')] : []),
  ].join(' ');
}

function countText({ tokens, isFixed }: TokenCount): string {
  return isFixed ? amount(tokens, 'token') : t('about {0}', amount(tokens, 'token'));
}

function sumHint(context: TaskContext, template: TemplateView): Hint[] {
  const node = context.givenIn(template, 'virtual_token_splits');
  const { virtual_token_splits: splits, total_virtual_tokens: total } = template.settings;
  if (node === undefined || splits.length === 0) return [];
  const sum = splits.reduce((a, b) => a + b, 0);
  const tooltip = t('The splits add up to {0}. The task has {1}.', sum, amount(total, 'virtual token'));
  return [{ offset: node.offset + node.length, label: `= ${sum}`, tooltip, isInString: false }];
}

function rowHints(context: TaskContext, data: DataFacts, environment: Pick<CheckEnvironment, 'resolvePath'>): Hint[] {
  const entries = SPLITS.flatMap(({ key }) => context.entries('data', key));
  return entries.flatMap(({ node, value }) => {
    const path = environment.resolvePath(context.path, value);
    const file = data.files.find((candidate) => candidate.path === path);
    if (file?.state !== 'read') return [];
    const tasks = [...data.tasks].flatMap(([name, { rowsByFile }]) => {
      const rows = rowsByFile.get(file.path);
      return rows === undefined ? [] : [`${name} ${number(rows)}`];
    });
    const rows = amount(file.rows, 'row');
    const label = tasks.length > 1 ? `${rows}: ${tasks.join(', ')}` : rows;
    return [{ offset: node.offset + node.length, label, tooltip: t('Lines that are not blank.'), isInString: false }];
  });
}
