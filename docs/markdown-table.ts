/** Longer lines are not padded: nobody could read the columns off them. */
const LONGEST_PADDED = 130;

/** A Markdown table; `|` in a cell is escaped, in code too, as tables ask for. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const isPadded = widths.reduce((sum, width) => sum + width + 3, 1) <= LONGEST_PADDED;
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (isPadded ? cell.padEnd(widths[i]!) : cell)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(isPadded ? width : 3));
  return [line(cells[0]!), line(rule), ...cells.slice(1).map(line), ''].join('\n');
}
