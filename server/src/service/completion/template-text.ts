import { CompletionItemKind } from 'vscode-languageserver-types';
import { t } from '../../../../l10n/src/words.ts';
import { jsonInner, type TemplateView } from '../../../../task/src/context.ts';
import { rowsOf } from '../../../../task/src/data-facts.ts';
import type { Span } from '../../../../task/src/json-tree.ts';
import { StringOffsets } from '../../../../task/src/string-offsets.ts';
import { marker, NAME_CHARACTERS, parseTemplate } from '../../../../task/src/template.ts';
import { briefFieldText, fieldCount } from '../hover/field.ts';
import { number } from '../words.ts';
import type { Ask } from './ask.ts';
import { scalarAt } from './cursor.ts';
import { rowFields } from './names.ts';
import type { Offer } from './offer.ts';

const REST_OF_PLACEHOLDER = new RegExp(`^[${NAME_CHARACTERS}-]*\\}?`, 'u');
const NAME_AT_END = new RegExp(`[${NAME_CHARACTERS}-]*$`, 'u');

/** What can be written inside a template: the fields of its rows, and the marker that comes next at the cursor. */
export function templateTextOffers(ask: Ask, template: TemplateView | undefined): Offer[] {
  const { knowledge, cursor } = ask;
  const { text } = knowledge.context;
  const value = scalarAt(text, cursor.span);
  if (typeof value !== 'string') return [];
  const offsets = new StringOffsets(text, cursor.span.start, cursor.span.end - cursor.span.start);
  const place = offsets.toValue(cursor.offset);
  // In the middle of an escape there is nothing to write.
  if (offsets.toSource(place) !== cursor.offset) return [];
  const before = value.slice(0, place);
  const after = value.slice(place);
  const toSource = ({ start, end }: Span): Span => ({ start: offsets.toSource(start), end: offsets.toSource(end) });
  const from = (start: number, rest: RegExp) => toSource({ start, end: place + rest.exec(after)![0].length });

  const brace = /\{[^{}<\n]*$/.exec(before);
  if (brace !== null) return fieldOffers(ask, template, from(brace.index, REST_OF_PLACEHOLDER));
  const begun = /<\|?[A-Z_0-9]*$/i.exec(before);
  if (begun !== null) return [markerOffer(value, begun.index, from(begun.index, /^[A-Z_0-9]*\|?>?/i), toSource)];
  const word = NAME_AT_END.exec(before)!;
  const span = from(word.index, /^/);
  const offers = [...fieldOffers(ask, template, span), markerOffer(value, word.index, span, toSource)];
  if (word[0] === '') return offers;
  // A word is text, unless it begins the name of a field or of a marker, which then gets its brackets.
  return offers
    .map((offer) => ({ ...offer, filter: offer.label.replace(/^[{<|]+/, '') }))
    .filter(({ filter }) => filter.toLowerCase().startsWith(word[0].toLowerCase()));
}

/** The fields of the rows, those that the template lacks first, each with how many rows have it. */
function fieldOffers(ask: Ask, template: TemplateView | undefined, span: Span): Offer[] {
  if (template === undefined) return [];
  const { knowledge } = ask;
  const facts = knowledge.data?.tasks.get(template.settings.taskname);
  // Before the rows have been read, the fields that the rest of the template names.
  const fields = facts && rowsOf(facts) > 0 ? rowFields(ask, template) : template.fields;
  const isUsed = (field: string) => template.fields.includes(field);
  return fields
    .toSorted((a, b) => Number(isUsed(a)) - Number(isUsed(b)))
    .map((field) => ({
      label: `{${field}}`,
      kind: CompletionItemKind.Field,
      text: jsonInner(`{${field}}`),
      detail: facts && t('{0} of {1} rows', number(fieldCount(facts, field)), number(rowsOf(facts))),
      documentation: briefFieldText(knowledge, template, field),
      filter: jsonInner(`{${field}}`),
      span,
    }));
}

/** Markers are numbered in the order they stand, so those behind the new one move up. */
function markerOffer(value: string, place: number, span: Span, toSource: (span: Span) => Span): Offer {
  const markers = parseTemplate(value, []).segments.filter((segment) => segment.kind === 'virtual');
  const number = markers.filter(({ end }) => end <= place).length;
  const behind = markers.filter(({ start }) => toSource({ start, end: start }).start >= span.end);
  const also = behind.flatMap((segment, i) => {
    const moved = number + 1 + i;
    return segment.index === moved ? [] : [{ ...toSource(segment), newText: marker(moved) }];
  });
  return {
    label: marker(number),
    kind: CompletionItemKind.Constant,
    text: marker(number),
    detail: also.length > 0 ? t('virtual tokens; the markers behind are renumbered') : t('virtual tokens'),
    span,
    also,
  };
}
