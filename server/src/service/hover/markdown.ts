import { shortened } from '../../../../l10n/src/characters.ts';
import { isolated } from '../../../../l10n/src/right-to-left.ts';

/** A text of the user's as code, whatever characters it has; cut where it is long. */
export function code(text: string, most = 200): string {
  const line = cut(text, most).replaceAll(/[\r\n]+/g, '⏎');
  // Blanks alone are not to be seen.
  const shown = line.trim() === '' ? line.replaceAll(/\s/g, '␣') || '""' : line;
  const fence = '`'.repeat(longestRun(shown) + 1);
  // Where there are blanks at both ends, one is taken off; and a backtick would lengthen the fence.
  const pad = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return isolated(`${fence}${pad}${shown}${pad}${fence}`);
}

/**
 * A text that says what is wrong, of a file that may come from anywhere, with the characters that it has: no link, and no
 * image, for which an editor would ask the net.
 */
export function said(text: string): string {
  const line = cut(text, 500).replaceAll(/[\r\n]+/g, ' ');
  return isolated(line.replaceAll(/[\\`*_[\]<>!&$~|]/g, '\\$&'));
}

/** Text with lines of its own, as code. */
export function codeBlock(text: string, { language = 'text' } = {}): string {
  const shown = cut(text, 2000);
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : shortened(text, most - 1);
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

/** A block of code, a character of what is said, a piece of code within a line, or bold text. Code comes before bold, since what it holds is the user's. */
const MARKED =
  /^(?<block>`{3,})\w*\n(?<lines>[\s\S]*?)\n\k<block>$|\\(?<character>[\\`*_[\]<>!&$~|])|(?<fence>`+)(?<code>.+?)(?<!`)\k<fence>(?!`)|\*\*(?<bold>[^*]+)\*\*/gm;

/** What is written by this module, and `**bold**`, for an editor that shows the characters as they are. */
export function plainText(markdown: string): string {
  return markdown.replace(MARKED, (...match) => {
    const { lines, character, code, bold } = match.at(-1) as Record<string, string | undefined>;
    if (code === undefined) return lines ?? character ?? bold ?? '';
    // The blanks that `code` puts between a backtick of the text, or a blank, and its fence.
    return /^ .* $/.test(code) ? code.slice(1, -1) : code;
  });
}
