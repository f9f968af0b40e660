import { CompletionItemKind } from 'vscode-languageserver-types';
import { jsonInner, type TemplateView } from '../../../../task/src/context.ts';
import { rowsOf } from '../../../../task/src/data-facts.ts';
import type { Span } from '../../../../task/src/json-tree.ts';
import { StringOffsets } from '../../../../task/src/string-offsets.ts';
import { marker, parseTemplate } from '../../../../task/src/template.ts';
import { briefFieldText, fieldCount } from '../hover/field.ts';
import { number } from '../words.ts';
import type { Ask } from './ask.ts';
import { scalarAt } from './cursor.ts';
import { rowFields } from './names.ts';
import type { Offer } from './offer.ts';

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
  if (brace !== null) return fieldOffers(ask, template, () => from(brace.index, /^[\p{L}\p{N}_-]*\}?/u));
  const begun = /<\|?[A-Z_0-9]*$/i.exec(before);
  if (begun !== null) {
    const span = from(begun.index, /^[A-Z_0-9]*\|?>?/i);
    return [markerOffer(value, begun.index, span, toSource)];
  }
  const here = from(place, /^/);
  // A field that has been begun without its brace gets one.
  const word = /[\p{L}\p{N}_-]*$/u.exec(before)!;
  const begins = (field: string) => word[0] !== '' && field.toLowerCase().startsWith(word[0].toLowerCase());
  const fields = fieldOffers(ask, template, (field) => (begins(field) ? from(word.index, /^/) : here));
  return [...fields, markerOffer(value, place, here, toSource)];
}

/** The fields of the rows, those that the template lacks first, each with how many rows have it. */
function fieldOffers(ask: Ask, template: TemplateView | undefined, spanOf: (field: string) => Span): Offer[] {
  if (template === undefined) return [];
  const { knowledge, cursor } = ask;
  const facts = knowledge.data?.tasks.get(template.settings.taskname);
  // Before the rows have been read, the fields that the rest of the template names.
  const fields = facts && rowsOf(facts) > 0 ? rowFields(ask, template) : template.fields;
  const isUsed = (field: string) => template.fields.includes(field);
  return fields
    .toSorted((a, b) => Number(isUsed(a)) - Number(isUsed(b)))
    .map((field) => {
      const span = spanOf(field);
      const text = jsonInner(`{${field}}`);
      return {
        label: `{${field}}`,
        kind: CompletionItemKind.Field,
        text,
        detail: facts && `${number(fieldCount(facts, field))} of ${number(rowsOf(facts))} rows`,
        documentation: briefFieldText(knowledge, template, field),
        filter: span.start < cursor.offset && knowledge.context.text[span.start] !== '{' ? jsonInner(field) : text,
        span,
      };
    });
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
    detail: also.length > 0 ? 'virtual tokens; the markers behind are renumbered' : 'virtual tokens',
    span,
    also,
  };
}
