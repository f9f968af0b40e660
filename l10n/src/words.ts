/*
 * What this process says, in the language that it has been given. One module for all, since a process has one language
 * and its texts come from everywhere.
 */

import { isolated } from './right-to-left.ts';

/** English texts with what is said in their place. */
export type Bundle = Readonly<Record<string, string>>;

let spoken: { readonly locale: string; readonly bundle: Bundle } = { locale: 'en', bundle: {} };

/** Makes the process speak another language from here on. A text that the bundle lacks stays English. */
export function speak(locale: string, bundle: Bundle): void {
  spoken = { locale, bundle };
}

/** The language that is spoken, as `Intl` names it. */
export function locale(): string {
  return spoken.locale;
}

/**
 * A text in the language that is spoken, with `{0}`, `{1}` … replaced by what follows; other braces stay as they are. It is
 * called with the text itself, so that a test finds all of them, and never while a module is loaded, when no language has
 * been given yet.
 */
export function t(message: string, ...values: readonly (string | number)[]): string {
  return translated(message).replace(/\{(\d+)\}/g, (place, index: string) =>
    Number(index) < values.length ? isolated(String(values[Number(index)])) : place,
  );
}

/** A text of a table that was made when its module was loaded. */
export function translated(message: string): string {
  return Object.hasOwn(spoken.bundle, message) ? spoken.bundle[message]! : message;
}
