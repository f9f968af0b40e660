import type { Row } from './proposal.ts';

const SEPARATORS = ['\t', ';', ','] as const;

/** What Windows writes for the bytes from 0x80 on, where Unicode has control characters, which some versions of Node give instead. */
const OF_WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Decodes a table. Excel writes the letters of western Europe as Windows does, where it is not told otherwise. */
export function tableText(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes);
    return text.replace(/[\x80-\x9f]/g, (control) => OF_WINDOWS[control.charCodeAt(0) - 0x80]!);
  }
}

/**
 * The rows of a table in CSV (RFC 4180) with the names of its columns in the first line, separated by commas, semicolons or
 * tabs. A row lacks the columns that its line has no more cells for.
 */
export function tableRows(text: string, most: number): Row[] {
  // By such a line Excel is told what separates the cells.
  const [line = '', named] = /^sep=(.)\r?\n/i.exec(text) ?? [];
  const table = text.slice(line.length);
  const records = recordsOf(table, named ?? separatorOf(table));
  const names = (records.next().value ?? []).map((name) => name.trim());
  const rows: Row[] = [];
  for (const cells of records) {
    if (rows.length === most) break;
    if (cells.every((cell) => cell.trim() === '')) continue;
    // Of two columns with one name the first counts.
    const own = names.slice(0, cells.length).filter((name, place) => name !== '' && names.indexOf(name) === place);
    rows.push(Object.fromEntries(own.map((name) => [name, cells[names.indexOf(name)]!])));
  }
  return rows;
}

/** What the first line has most of. */
function separatorOf(text: string): string {
  const counts = SEPARATORS.map((separator) => recordsOf(text, separator).next().value?.length ?? 0);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** Lines as their cells. A cell in double quotes may hold separators, line ends and, doubled, quotes. */
function* recordsOf(text: string, separator: string): Generator<string[], undefined> {
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at++;
    }
    for (; at < text.length && text[at] !== separator && text[at] !== '\r' && text[at] !== '\n'; at++) cell += text[at];
    cells.push(cell);
    if (text[at] === separator) {
      at++;
      // A separator at the very end has an empty cell behind it.
      if (at < text.length) continue;
      cells.push('');
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    yield cells;
    cells = [];
  }
}

/** The rows of a list in JSON; none where it is no list of objects. */
export function listRows(text: string, most: number): Row[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter(isRow).slice(0, most) : [];
  } catch {
    return [];
  }
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
