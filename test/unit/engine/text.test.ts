import { describe, expect, it } from 'vitest';
import { StatusLine } from '../../../engine/src/cli/status-line.ts';
import { columnsOf, filled, startWithin } from '../../../engine/src/columns.ts';
import { oneLine, table } from '../../../engine/src/text.ts';

describe('the columns of a terminal', () => {
  it.each([
    ['positiv', 7],
    ['积极', 4],
    ['ﾊﾝｶｸ カナ', 9],
    ['（全角）', 8],
    ['긍정', 4],
    ['긍정'.normalize('NFD'), 4],
    ['บวกที่', 4],
    ['dára', 4],
    ['dára'.normalize('NFD'), 4],
    ['سلبي', 4],
    ['نمی\u200cدانم', 7],
    ['𠮷野家', 6],
    ['🙂!', 3],
    ['½ € … → ✓ ✗', 11],
  ])('are taken by %s: %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
    expect(columnsOf(filled(text, 12))).toBe(12);
    expect(filled(text, 2)).toBe(text);
  });

  it('are what a table is set by', () =>
    expect(
      table(
        [
          ['积极', '1'],
          ['ลบที่', '10'],
          ['neutral', '100'],
        ],
        [1],
      ),
    ).toEqual(['积极       1', 'ลบที่       10', 'neutral  100']));
});

describe('a line that is cut', () => {
  it('ends with a whole character', () => {
    expect(startWithin('ab👩‍🚀', 3)).toBe('ab');
    expect(startWithin('q\u0323\u0307x', 1)).toBe('q\u0323\u0307');
    expect(startWithin('电影', 3)).toBe('电');
    expect(startWithin('a', 0)).toBe('');
  });

  it('is no wider than there is room', () => {
    expect(oneLine('电影很好看', 10)).toBe('电影很好看');
    expect(oneLine('电影很好看', 9)).toBe('电影很好…');
    expect(oneLine(' a\n\tb ', 3)).toBe('a b');
    expect(oneLine('abc', 0)).toBe('…');
  });

  it('does not wrap where it is drawn anew', () => {
    const written: string[] = [];
    new StatusLine({ isTTY: true, columns: 6, write: (text) => written.push(String(text)) }).show('电影很好看');
    expect(written).toEqual(['\r\x1b[2K电影']);
  });
});
