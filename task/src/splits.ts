import { t } from '../../l10n/src/words.ts';
import type { RelatedPlace } from '../../protocol/src/problem.ts';
import { placeOfMarker, type TaskContext, type TemplateView } from './context.ts';
import { type Fix, fixOf } from './fix.ts';
import type { JsonNode } from './json-tree.ts';
import { DEFAULT_VIRTUAL_TOKENS } from './keys.ts';
import { spread } from './parse.ts';
import { replaceSplits } from './task-edits.ts';

/** Fixes that put other splits in place of those a template gives, the likeliest first. */
export function changeSplits(node: JsonNode, candidates: readonly (readonly number[])[]): Fix[] {
  const texts = candidates.map((splits) => `[${splits.join(', ')}]`);
  return candidates.flatMap((splits, index) =>
    texts.indexOf(texts[index]!) < index
      ? []
      : fixOf(t('Change the splits to {0}', texts[index]!), replaceSplits(node, splits)),
  );
}

/** The total spread evenly; none when there are not enough tokens for each marker to have one. */
export function evenSplits(total: number, markers: number): number[][] {
  return markers > 0 && total >= markers ? [spread(total, markers)] : [];
}

/** The splits, and for markers that have none the rest of the total; none where nothing is left for them. */
export function completedSplits(splits: readonly number[], total: number, markers: number): number[][] {
  const missing = markers - splits.length;
  const rest = total - sumOf(splits);
  return missing > 0 && rest >= missing && isPositive(splits) ? [[...splits, ...spread(rest, missing)]] : [];
}

/** The splits with at least one token each, taken from the largest; none where it has not enough. */
export function raisedSplits(splits: readonly number[], total: number): number[][] {
  const raised = splits.map((split) => Math.max(1, split));
  const tooMuch = sumOf(raised) - total;
  const largest = raised.indexOf(raised.reduce((most, split) => Math.max(most, split)));
  const left = raised[largest]! - tooMuch;
  return tooMuch < 0 || left < 1 ? [] : [raised.with(largest, left)];
}

/** How many tokens a template is to have: the total that it gives, or what its splits come to. */
export function totalOf(context: TaskContext, template: TemplateView): number {
  const { total_virtual_tokens, virtual_token_splits } = template.settings;
  if (context.givenIn(template, 'total_virtual_tokens') !== undefined) return total_virtual_tokens;
  const sum = sumOf(virtual_token_splits);
  return sum >= Math.max(virtual_token_splits.length, 1) ? sum : DEFAULT_VIRTUAL_TOKENS;
}

export function isPositive(splits: readonly number[]): boolean {
  return splits.every((split) => split >= 1);
}

export function sumOf(splits: readonly number[]): number {
  return splits.reduce((sum, split) => sum + split, 0);
}

/** The markers of a template, which its splits belong to. */
export function markerPlaces(context: TaskContext, template: TemplateView): RelatedPlace[] {
  return template.markers.flatMap((segment) => {
    const at = context.inTemplate(template, segment);
    return at === undefined ? [] : [context.related(at, t('Marker {0}.', placeOfMarker(template, segment) + 1))];
  });
}
