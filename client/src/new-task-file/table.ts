import { parse } from 'papaparse';
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

/** The rows of a table in CSV (RFC 4180) with the names of its columns in the first line, separated by commas, semicolons or tabs. */
export function tableRows(text: string, most: number): Row[] {
  // By such a line Excel is told what separates the cells.
  const [line = '', named] = /^sep=(.)\r?\n/i.exec(text) ?? [];
  const table = text.slice(line.length);
  const [first = [], ...records] = recordsOf(table, named ?? separatorOf(table), most + 1);
  const names = first.map((name) => name.trim());
  return records.map((cells) => {
    // Of two columns with one name the first counts.
    const own = names.slice(0, cells.length).filter((name, place) => name !== '' && names.indexOf(name) === place);
    return Object.fromEntries(own.map((name) => [name, cells[names.indexOf(name)]!]));
  });
}

/** What the first line has most of. */
function separatorOf(text: string): string {
  const counts = SEPARATORS.map((separator) => recordsOf(text, separator, 1)[0]?.length ?? 0);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** The first lines that are not blank, as their cells. */
function recordsOf(text: string, delimiter: string, most: number): string[][] {
  const preview = Number.isFinite(most) ? most : 0;
  return parse<string[]>(text, { delimiter, preview, skipEmptyLines: 'greedy' }).data;
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
