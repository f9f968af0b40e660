import { endOf, startOf } from '../../../../l10n/src/characters.ts';
import { t } from '../../../../l10n/src/words.ts';
import type { MarkerSegment, TemplateView } from '../../../../task/src/context.ts';
import type { Segment } from '../../../../task/src/template.ts';
import type { Knowledge } from '../knowledge.ts';
import { tokenPlaces, tokensInFront } from '../token-places.ts';
import { number } from '../words.ts';
import { code, paragraphs } from './markdown.ts';

/** How many virtual tokens a marker stands for, which of its task's they are, and where in a row they go. */
export function markerText(knowledge: Knowledge, template: TemplateView, segment: MarkerSegment): string {
  const place = template.markers.indexOf(segment);
  const { taskname, total_virtual_tokens: total } = template.settings;
  const first = t('**Virtual tokens**: {0}', segment.tokens);
  if (segment.tokens < 1) return paragraphs(first, t('`virtual_token_splits` gives this marker none.'));
  const before = template.markers.slice(0, place).reduce((sum, { tokens }) => sum + tokens, 0);
  const task = [total, code(taskname), place + 1, template.markers.length] as const;
  return paragraphs(
    first,
    segment.tokens === 1
      ? t('Token {0} of the {1} of task {2}, at marker {3} of {4}.', number(before + 1), ...task)
      : t(
          'Tokens {0} to {1} of the {2} of task {3}, at marker {4} of {5}.',
          number(before + 1),
          number(before + segment.tokens),
          ...task,
        ),
    neighboursText(template, segment),
    positionText(knowledge, template, segment),
  );
}

/** `Position 3`, `Positions 4 to 7`. */
function positions(before: number, count: number): string {
  const last = number(before + count);
  return count === 1 ? t('Position {0}', last) : t('Positions {0} to {1}', number(before + 1), last);
}

/** Between which texts and fields the marker stands. */
function neighboursText({ parsed: { segments } }: TemplateView, segment: MarkerSegment): string | undefined {
  const at = segments.indexOf(segment);
  const [before, after] = [segments[at - 1], segments[at + 1]];
  const places = [
    before === undefined ? t('at the front of the row') : t('behind {0}', shown(before, -1)),
    after === undefined ? t('at its end') : t('in front of {0}', shown(after, 0)),
  ];
  return sentence(places.join(', '));
}

/** A neighbour, of a long text the part that is near. */
function shown(segment: Segment, side: 0 | -1): string {
  if (segment.kind === 'field') return code(`{${segment.name}}`);
  if (segment.kind === 'virtual') return t('other virtual tokens');
  const { text } = segment;
  if (text.length <= MAX_NEAR) return code(text);
  return code(side === 0 ? `${startOf(text, MAX_NEAR)}…` : `…${endOf(text, MAX_NEAR)}`);
}

const MAX_NEAR = 30;

function positionText(knowledge: Knowledge, template: TemplateView, segment: MarkerSegment): string | undefined {
  const before = tokenPlaces(knowledge, template).get(segment)?.before;
  if (before === undefined) return undefined;
  const own = tokensInFront(knowledge);
  const where = positions(before.tokens, segment.tokens);
  const said = before.isFixed
    ? t('{0} of every row', where)
    : t('{0} of a row whose fields are of median length', where);
  return `${own > 0 ? t('{0}, counted with the {1} that the model puts in front', said, number(own)) : said}.`;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
