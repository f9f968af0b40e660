import type { InlayHint, Range } from 'vscode-languageserver-types';
import type { TaskContext, TemplateView } from '../../../task/src/context.ts';
import { type DataFacts, SPLITS } from '../../../task/src/data-facts.ts';
import type { CheckEnvironment, ModelFacts } from '../../../task/src/environment.ts';
import type { Surroundings } from '../../../task/src/rule.ts';
import { amount, number } from './words.ts';

/** What hints are made from; the last two are undefined while they are not known. */
export interface HintFacts {
  readonly context: TaskContext;
  readonly data: DataFacts | undefined;
  readonly surroundings: Surroundings | undefined;
}

/** A hint behind an offset. */
interface Hint {
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
  /** Inside a string a hint stands close to what it is about. */
  readonly isInString: boolean;
}

/**
 * How many virtual tokens each marker stands for and which tokens of the row they are, what `virtual_token_splits` add up
 * to, and how many rows each data file gives, in the lines of a range.
 */
export function inlayHints(
  { context, data, surroundings }: HintFacts,
  environment: Pick<CheckEnvironment, 'resolvePath'>,
  range: Range,
): InlayHint[] {
  const hints = [
    ...context.templates.flatMap((template) => [
      ...markerHints(context, template, surroundings?.model),
      ...sumHint(context, template),
    ]),
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

function markerHints(context: TaskContext, template: TemplateView, model: ModelFacts | undefined): Hint[] {
  const hints: Hint[] = [];
  // How many tokens stand in front; undefined from where they differ from row to row, or without a tokeniser.
  let before = tokensInFront(context, model);
  for (const segment of template.parsed.segments) {
    if (segment.kind === 'field') before = undefined;
    else if (segment.kind === 'text')
      before = before === undefined ? undefined : before + tokensIn(segment.text, model);
    else {
      const { tokens } = segment;
      const span = context.inTemplate(template, segment);
      // What is wrong with a split is a problem of its own; here nothing is known of what follows.
      if (tokens < 1 || span === undefined) before = undefined;
      else {
        hints.push({ offset: span.end, ...markerText(tokens, before), isInString: true });
        if (before !== undefined) before += tokens;
      }
    }
  }
  return hints;
}

function markerText(tokens: number, before: number | undefined): { label: string; tooltip: string } {
  const count = amount(tokens, 'virtual token');
  if (before === undefined)
    return { label: `⟨${tokens}⟩`, tooltip: `${count}. How many tokens stand in front differs.` };
  const [first, last] = [before + 1, before + tokens];
  const which = tokens === 1 ? `token ${first}` : `tokens ${first} to ${last}`;
  return {
    label: tokens === 1 ? `⟨1⟩ ${first}` : `⟨${tokens}⟩ ${first}–${last}`,
    tooltip: `${count}: ${which} of every row, with what the backbone itself puts in front.`,
  };
}

function tokensInFront({ file }: TaskContext, model: ModelFacts | undefined): number | undefined {
  if (model?.kind !== 'ok' || model.tokenizer === undefined) return undefined;
  return model.prefixTokens + (file.data.add_bos ? 1 : 0);
}

function tokensIn(text: string, model: ModelFacts | undefined): number {
  return model?.kind === 'ok' ? (model.tokenizer?.encode(text).length ?? 0) : 0;
}

function sumHint(context: TaskContext, template: TemplateView): Hint[] {
  const node = context.givenIn(template, 'virtual_token_splits');
  const { virtual_token_splits: splits, total_virtual_tokens: total } = template.settings;
  if (node === undefined || splits.length === 0) return [];
  const sum = splits.reduce((a, b) => a + b, 0);
  const tooltip = `The splits add up to ${sum}. The task has ${amount(total, 'virtual token')}.`;
  return [{ offset: node.offset + node.length, label: `= ${sum}`, tooltip, isInString: false }];
}

function rowHints(context: TaskContext, data: DataFacts, environment: Pick<CheckEnvironment, 'resolvePath'>): Hint[] {
  const entries = SPLITS.flatMap(({ key }) => context.entries('data', key));
  return entries.flatMap(({ node, value }) => {
    const file = data.files.find(({ path }) => path === environment.resolvePath(context.path, value));
    if (file?.state !== 'read') return [];
    const tasks = [...data.tasks].flatMap(([name, { rowsByFile }]) => {
      const rows = rowsByFile.get(file.path);
      return rows === undefined ? [] : [`${name} ${number(rows)}`];
    });
    const rows = amount(file.rows, 'row');
    const label = tasks.length > 1 ? `${rows}: ${tasks.join(', ')}` : rows;
    return [{ offset: node.offset + node.length, label, tooltip: 'Lines that are not blank.', isInString: false }];
  });
}
