import { CompletionItemKind } from 'vscode-languageserver-types';
import { shortened } from '../../../../l10n/src/characters.ts';
import { t } from '../../../../l10n/src/words.ts';
import type { Key, ValueShape } from '../../../../task/src/key-types.ts';
import { choiceText } from '../hover/key.ts';
import type { Ask } from './ask.ts';
import type { Cursor } from './cursor.ts';
import { nameOffers } from './names.ts';
import { jsonOffer, type Offer, preview, snippetOffer } from './offer.ts';
import { expandSnippet } from './snippet.ts';
import { templateDefaults } from './template-defaults.ts';
import { templateSnippets } from './templates.ts';
import { wholeValue } from './whole-values.ts';

/** What can be the value of a key or an entry of a list. In a string, only strings. */
export async function valueOffers(
  ask: Ask,
  { shape, key }: { shape: ValueShape; key: Key<unknown> | undefined },
): Promise<Offer[]> {
  const { cursor } = ask;
  const offers = [...(await nameOffers(ask)), ...byShape(cursor, shape, defaultOf(key))];
  if (!cursor.inString) {
    if (cursor.path.length === 2 && cursor.path[0] === 'task_templates') offers.unshift(...templateOffers(ask));
    offers.push(...wholeOffers(ask, shape, key));
  }
  // What is there already comes first, with what is known of it.
  const seen = new Set<string>();
  return offers.filter(({ label }) => !seen.has(label) && seen.add(label));
}

function defaultOf(key: Key<unknown> | undefined): unknown {
  return key === undefined || key.absent === 'required' || !('default' in key.absent) ? undefined : key.absent.default;
}

/** Few values, in the order of the key table, which has the default first. */
function byShape(cursor: Cursor, shape: ValueShape, fallback: unknown): Offer[] {
  const isDefault = (value: unknown) => (value === fallback ? t('default') : undefined);
  const kind = CompletionItemKind.Value;
  switch (shape.kind) {
    case 'text':
      return (shape.values ?? []).map((value) => {
        const meaning = shape.meanings?.[value];
        const documentation = meaning && choiceText(value, meaning);
        return jsonOffer(cursor, value, {
          kind: CompletionItemKind.EnumMember,
          detail: isDefault(value),
          documentation,
        });
      });
    case 'nullable': {
      const none = cursor.inString ? [] : [jsonOffer(cursor, null, { kind, detail: isDefault(null) })];
      const inner = byShape(cursor, shape.of, fallback);
      return [...inner, ...none];
    }
    case 'boolean':
      return cursor.inString
        ? []
        : [true, false].map((value) => jsonOffer(cursor, value, { kind, detail: isDefault(value) }));
    case 'number':
      return typeof fallback === 'number' && !cursor.inString
        ? [jsonOffer(cursor, fallback, { kind, detail: t('default') })]
        : [];
    default:
      return [];
  }
}

/** The value as a whole, for a list, an object, or what the rest of the file tells. */
function wholeOffers(ask: Ask, shape: ValueShape, key: Key<unknown> | undefined): Offer[] {
  if (key === undefined) return [];
  const snippet = wholeValue(ask, ask.cursor.path, key);
  const text = expandSnippet(snippet);
  if (text === '' || text === '""') return [];
  const inner = shape.kind === 'nullable' ? shape.of : shape;
  const isContainer = inner.kind !== 'text' && inner.kind !== 'number' && inner.kind !== 'boolean';
  const label = text.replaceAll(/\s+/g, ' ');
  return [
    {
      label: label.length > 60 ? shortened(label, 59) : label,
      kind: isContainer ? CompletionItemKind.Struct : CompletionItemKind.Value,
      text: { snippet },
      documentation: isContainer ? preview(snippet) : undefined,
      filter: text,
    },
  ];
}

function templateOffers(ask: Ask): Offer[] {
  return templateSnippets(templateDefaults(ask)).map((template) => snippetOffer(template, template.name));
}
