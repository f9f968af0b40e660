import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
  type TextEdit,
} from 'vscode-languageserver-types';
import type { Span } from '../../../../task/src/json-tree.ts';
import type { LineIndex } from '../../../../task/src/line-index.ts';
import type { CompletionOptions } from '../completion-options.ts';
import { codeBlock } from '../hover/markdown.ts';
import type { Cursor } from './cursor.ts';
import { expandSnippet } from './snippet.ts';
import type { NamedSnippet } from './templates.ts';

/** Something that can be written at the cursor. */
export interface Offer {
  label: string;
  kind: CompletionItemKind;
  text: string | { snippet: string };
  /** A word or two beside the label. */
  detail?: string | undefined;
  /** Markdown. */
  documentation?: string | undefined;
  /** What the typed text is compared with; the label where it is left out. */
  filter?: string;
  /** What it takes the place of, when that is not what stands at the cursor. */
  span?: Span;
  /** Changes elsewhere in the text that go with it. */
  also?: readonly (Span & { newText: string })[];
}

/** What a snippet of some lines writes, for its documentation. */
export function preview(snippet: string): string {
  return codeBlock(expandSnippet(snippet).replaceAll('\t', '  ').trim(), { language: 'jsonc' });
}

/** @param begins what a user may have typed of it, beside what the snippet is found by */
export function snippetOffer({ name, prefix, description, body }: NamedSnippet, begins: string): Offer {
  return {
    label: name,
    kind: CompletionItemKind.Snippet,
    text: { snippet: body },
    detail: description,
    documentation: preview(body),
    filter: [...prefix, begins].join(' '),
  };
}

/** A JSON value, which is found by its text with or without quotes, as the user has begun it. */
export function jsonOffer(
  cursor: Cursor,
  value: string | number | boolean | null,
  offer: Pick<Offer, 'kind' | 'detail' | 'documentation'>,
): Offer {
  const text = JSON.stringify(value);
  return { ...offer, label: text, text, filter: cursor.inString ? text : String(value) };
}

/** The items that an editor shows, in the order of the offers, with the commas and colons that are missing around the cursor. */
export function toItems(
  offers: readonly Offer[],
  cursor: Cursor,
  lines: Pick<LineIndex, 'range'>,
  { snippets = false }: CompletionOptions,
): CompletionItem[] {
  return offers.map((offer, place) => {
    const isSnippet = snippets && typeof offer.text === 'object';
    const span = offer.span ?? cursor.span;
    const { before, behind, elsewhere } = punctuation(offer, cursor);
    const also = [...elsewhere, ...(offer.also ?? [])].map(
      ({ newText, ...at }): TextEdit => ({ range: lines.range(at), newText }),
    );
    return {
      label: offer.label,
      kind: offer.kind,
      ...(offer.detail === undefined ? {} : { detail: offer.detail }),
      ...(offer.documentation === undefined
        ? {}
        : { documentation: { kind: MarkupKind.Markdown, value: offer.documentation } }),
      sortText: String(place).padStart(4, '0'),
      filterText: offer.filter ?? offer.label,
      insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      textEdit: { range: lines.range(span), newText: `${before}${written(offer.text, snippets)}${behind}` },
      ...(also.length === 0 ? {} : { additionalTextEdits: also }),
    };
  });
}

/** The commas and colons that an offer brings: in its own text, or where they are missing further in front. */
function punctuation(
  { span }: Offer,
  { span: { start }, missingBefore: missing, commaIsMissing }: Cursor,
): { before: string; behind: string; elsewhere: readonly (Span & { newText: string })[] } {
  // A part of a string brings none.
  if (span !== undefined) return { before: '', behind: '', elsewhere: [] };
  // Two edits at one place would be taken to overlap.
  const isNear = missing?.at === start;
  return {
    before: isNear ? missing.text : '',
    behind: commaIsMissing ? ',' : '',
    elsewhere: missing === undefined || isNear ? [] : [{ start: missing.at, end: missing.at, newText: missing.text }],
  };
}

function written(text: Offer['text'], snippets: boolean): string {
  if (typeof text === 'string') return text;
  return snippets ? text.snippet : expandSnippet(text.snippet);
}
