/** A text of the user's as code, whatever characters it has; cut where it is long. */
export function code(text: string, most = 200): string {
  const line = cut(text, most).replaceAll(/[\r\n]+/g, '⏎');
  // Blanks alone are not to be seen.
  const shown = line.trim() === '' ? line.replaceAll(/\s/g, '␣') || '""' : line;
  const fence = '`'.repeat(longestRun(shown) + 1);
  // Where there are blanks at both ends, one is taken off; and a backtick would lengthen the fence.
  const pad = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Text with lines of its own, as code. */
export function codeBlock(text: string, { language = 'text', most = 2000 } = {}): string {
  const shown = cut(text, most);
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const splitsPair = /[\ud800-\udbff]/.test(text[end - 1]!);
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** Paragraphs, those that are undefined or empty left out. */
export function paragraphs(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
