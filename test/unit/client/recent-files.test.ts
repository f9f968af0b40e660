import { expect, it } from 'vitest';
import { RecentFiles } from '../../../client/src/recent-files.ts';

it('files that were used come first, the last one in front', () => {
  const recent = new RecentFiles();
  for (const file of ['b', 'd', 'elsewhere', 'b']) recent.used(file);
  expect(recent.sorted(['a', 'b', 'c', 'd'])).toEqual(['b', 'd', 'a', 'c']);
});

it('a file that is used again changes nothing', () => {
  const recent = new RecentFiles();
  expect(['a', 'a', 'b', 'a'].map((file) => recent.used(file))).toEqual([true, false, true, true]);
});
