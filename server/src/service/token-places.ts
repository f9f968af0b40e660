import type { TemplateView } from '../../../task/src/context.ts';
import type { Segment } from '../../../task/src/template.ts';
import { lengthStatistics } from './field-statistics.ts';
import type { Knowledge } from './knowledge.ts';

/** How many tokens something is, virtual ones counted. */
export interface TokenCount {
  readonly tokens: number;
  /** Whether that is so in every row; else in one whose fields are of median length. */
  readonly isFixed: boolean;
}

/** What stands around a part of a template, in a row as the model sees it; undefined where it cannot be told. */
export interface TokenPlace {
  /** With what the backbone itself puts in front. */
  readonly before: TokenCount | undefined;
  /** With the end token. */
  readonly after: TokenCount | undefined;
}

/** In UTF-16 units: longer text of a template would keep somebody waiting who looks at it. */
const MAX_MEASURED = 20_000;

/** The place of each part of a template among the tokens of a row; of none without a tokeniser. */
export function tokenPlaces(knowledge: Knowledge, template: TemplateView): ReadonlyMap<Segment, TokenPlace> {
  const model = knowledge.surroundings?.model;
  if (model?.kind !== 'ok' || model.tokenizer === undefined) return new Map();
  const { segments } = template.parsed;
  const counts = segments.map((segment) => countOf(knowledge, template, segment));
  const before = runningSums(fixed(tokensInFront(knowledge)), counts);
  const after = runningSums(fixed(knowledge.context.file.data.add_eos ? 1 : 0), counts.toReversed()).reverse();
  return new Map(segments.map((segment, i) => [segment, { before: before[i], after: after[i] }]));
}

/** How many tokens the backbone itself puts in front of every row. */
export function tokensInFront({ context, surroundings }: Knowledge): number {
  const { prefixTokens, addsBos } =
    surroundings?.model.kind === 'ok' ? surroundings.model : { prefixTokens: 0, addsBos: false };
  return prefixTokens + ((context.file.data.add_bos ?? addsBos) ? 1 : 0);
}

/** What stands in front of each part. */
function runningSums(first: TokenCount, counts: readonly (TokenCount | undefined)[]): (TokenCount | undefined)[] {
  let sum: TokenCount | undefined = first;
  return counts.map((count) => {
    const before = sum;
    sum = sum && count && { tokens: sum.tokens + count.tokens, isFixed: sum.isFixed && count.isFixed };
    return before;
  });
}

function countOf({ data, surroundings }: Knowledge, template: TemplateView, segment: Segment): TokenCount | undefined {
  const encoder = surroundings?.model.kind === 'ok' ? surroundings.model.tokenizer : undefined;
  if (encoder === undefined) return undefined;
  if (segment.kind === 'text') {
    return segment.text.length > MAX_MEASURED ? undefined : fixed(encoder.encode(segment.text).length);
  }
  // A split that is wrong is a problem of its own.
  if (segment.kind === 'virtual') return segment.tokens < 1 ? undefined : fixed(segment.tokens);
  const sample = data?.tasks.get(template.settings.taskname)?.samples.get(segment.name);
  return sample && { tokens: lengthStatistics(sample, encoder).median, isFixed: false };
}

function fixed(tokens: number): TokenCount {
  return { tokens, isFixed: true };
}
