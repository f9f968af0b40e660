/**
 * A snippet's text when every stop is left at its default, by the snippet syntax of VS Code: `$1`, `${1}`,
 * `${1:default}`, `${1|first,second|}` and `\` before `$`, `}` or `\`. A stop without a default of its own repeats that
 * of the same number. Variables, transforms and defaults within defaults are not read: they throw.
 */
export function expandSnippet(body: readonly string[]): string {
  const text = body.join('\n');
  const STOP = /\\([$}\\])|\$(?:(\d+)|\{(\d+)(?:\}|:((?:\\.|[^\\$}])*)\}|\|((?:\\.|[^\\|])*)\|\}))|\$/g;
  const defaults = new Map<string, string>();
  for (const [, , , number, given, choices] of text.matchAll(STOP)) {
    const value = given ?? choices?.split(',')[0];
    if (number !== undefined && value !== undefined) defaults.set(number, value.replaceAll(/\\(.)/g, '$1'));
  }
  return text.replaceAll(STOP, (found, escaped?: string, plain?: string, braced?: string) => {
    if (escaped !== undefined) return escaped;
    const number = plain ?? braced;
    if (number === undefined) throw new Error(`No stop: ${found} in ${text}`);
    return defaults.get(number) ?? '';
  });
}
