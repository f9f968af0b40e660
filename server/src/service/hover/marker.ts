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
  const first = `**Virtual tokens**: ${segment.tokens}`;
  if (segment.tokens < 1) return paragraphs(first, '`virtual_token_splits` gives this marker none.');
  const before = template.markers.slice(0, place).reduce((sum, { tokens }) => sum + tokens, 0);
  return paragraphs(
    first,
    `${run('Token', before, segment.tokens)} of the ${total} of task ${code(taskname)}, at marker ${place + 1} of ${template.markers.length}.`,
    neighboursText(template, segment),
    positionText(knowledge, template, segment),
  );
}

/** `Token 3`, `Tokens 4 to 7`. */
function run(noun: string, before: number, count: number): string {
  const last = before + count;
  return count === 1 ? `${noun} ${number(last)}` : `${noun}s ${number(before + 1)} to ${number(last)}`;
}

/** Between which texts and fields the marker stands. */
function neighboursText({ parsed: { segments } }: TemplateView, segment: MarkerSegment): string | undefined {
  const at = segments.indexOf(segment);
  const [before, after] = [segments[at - 1], segments[at + 1]];
  const places = [
    before === undefined ? 'at the front of the row' : `behind ${shown(before, -1)}`,
    after === undefined ? 'at its end' : `in front of ${shown(after, 0)}`,
  ];
  return sentence(places.join(', '));
}

/** A neighbour, of a long text the part that is near. */
function shown(segment: Segment, side: 0 | -1): string {
  if (segment.kind === 'field') return code(`{${segment.name}}`);
  if (segment.kind === 'virtual') return 'other virtual tokens';
  const { text } = segment;
  if (text.length <= MAX_NEAR) return code(text);
  return code(side === 0 ? `${text.slice(0, MAX_NEAR)}…` : `…${text.slice(-MAX_NEAR)}`);
}

const MAX_NEAR = 30;

function positionText(knowledge: Knowledge, template: TemplateView, segment: MarkerSegment): string | undefined {
  const before = tokenPlaces(knowledge, template).get(segment)?.before;
  if (before === undefined) return undefined;
  const own = tokensInFront(knowledge);
  const where = run('Position', before.tokens, segment.tokens);
  const which = before.isFixed ? 'of every row' : 'of a row whose fields are of median length';
  return `${where} ${which}${own > 0 ? `, counted with the ${number(own)} that the model puts in front` : ''}.`;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
