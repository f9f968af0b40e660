import path from 'node:path';
import { expect, it } from 'vitest';
import { lineLink } from '../../../client/src/line-link.ts';

it.each([
  [path.posix, '/w/my data/å.jsonl', '/home/reports/1', '../../../w/my%20data/%C3%A5.jsonl#L3'],
  [path.posix, '/w/a (old.jsonl', '/w/reports', '../a%20%28old.jsonl#L3'],
  [path.win32, 'C:\\w\\a.jsonl', 'C:\\reports\\1', '../../w/a.jsonl#L3'],
  [path.win32, 'D:\\w\\a.jsonl', 'C:\\reports\\1', 'file:///D%3A/w/a.jsonl#L3'],
  [path.win32, '\\\\server\\share\\a.jsonl', 'C:\\reports\\1', 'file://server/share/a.jsonl#L3'],
] as const)('a report leads to a line of a file, on another drive as well: %#', (platform, file, folder, link) => {
  expect(lineLink(file, 2, folder, platform)).toBe(link);
});
