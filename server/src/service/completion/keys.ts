import { CompletionItemKind } from 'vscode-languageserver-types';
import { t } from '../../../../l10n/src/words.ts';
import type { Key } from '../../../../task/src/key-types.ts';
import { keyText } from '../hover/key.ts';
import type { Ask } from './ask.ts';
import type { Offer } from './offer.ts';
import { escapeSnippet } from './snippet.ts';
import { wholeValue } from './whole-values.ts';

/** The keys that an object does not have yet, each with a sensible value: those that must be there first. */
export function keyOffers(ask: Ask, keys: Readonly<Record<string, Key<unknown>>>): Offer[] {
  const { cursor } = ask;
  const rank = (name: string, { absent }: Key<unknown>) => (name === '$schema' ? 2 : absent === 'required' ? 0 : 1);
  return Object.entries(keys)
    .filter(([name]) => !cursor.siblings.has(name))
    .toSorted((a, b) => rank(...a) - rank(...b))
    .map(([name, key]): Offer => {
      const text = JSON.stringify(name);
      const value = () => wholeValue(ask, [...cursor.container, name], key);
      return {
        label: name,
        kind: CompletionItemKind.Property,
        text: cursor.colonFollows ? text : { snippet: `${escapeSnippet(text)}: ${value()}` },
        detail: key.absent === 'required' ? t('required') : undefined,
        documentation: keyText(name, key),
        filter: cursor.inString ? text : name,
      };
    });
}
