/** Writes a snippet in the syntax of the language server protocol; its stops are numbered in the order they are written. */
export class SnippetWriter {
  #stops = 0;

  /** A stop that holds a text until the user writes another one. */
  stop(text = ''): string {
    this.#stops += 1;
    return text === '' ? `$${this.#stops}` : `\${${this.#stops}:${escapeSnippet(text)}}`;
  }

  /** A stop whose text stands in other places too: `again` repeats what the user writes at `first`. */
  repeated(text: string): { first: string; again: string } {
    const first = this.stop(text);
    return { first, again: `$${this.#stops}` };
  }

  /** A stop that offers some texts, the first of which it holds. */
  choice(texts: readonly string[]): string {
    if (texts.length < 2) return this.stop(texts[0]);
    this.#stops += 1;
    return `\${${this.#stops}|${texts.map((text) => text.replaceAll(/[\\,|]/g, '\\$&')).join(',')}|}`;
  }
}

/** Text as it is written in a snippet. */
export function escapeSnippet(text: string): string {
  return text.replaceAll(/[\\$}]/g, '\\$&');
}

/**
 * A snippet's text when every stop is left at its default: `$1`, `${1}`, `${1:default}`, `${1|first,second|}` and `\` before
 * a character that would mean something. A stop without a default of its own repeats that of the same number. Variables,
 * transforms and defaults within defaults are not read: they throw.
 */
export function expandSnippet(text: string): string {
  const STOP = /\\([$}\\])|\$(?:(\d+)|\{(\d+)(?:\}|:((?:\\.|[^\\$}])*)\}|\|((?:\\.|[^\\|])*)\|\}))|\$/g;
  const defaults = new Map<string, string>();
  for (const [, , , number, given, choices] of text.matchAll(STOP)) {
    const value = given ?? choices?.match(/^(?:\\.|[^\\,])*/)?.[0];
    if (number !== undefined && value !== undefined) defaults.set(number, value.replaceAll(/\\(.)/g, '$1'));
  }
  return text.replaceAll(STOP, (found, escaped?: string, plain?: string, braced?: string) => {
    if (escaped !== undefined) return escaped;
    const number = plain ?? braced;
    if (number === undefined) throw new Error(`No stop: ${found} in ${text}`);
    return defaults.get(number) ?? '';
  });
}
