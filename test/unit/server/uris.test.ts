import { win32 } from 'node:path';
import { expect, it } from 'vitest';
import { filePath } from '../../../server/src/uris.ts';
import { resolveBeside } from '../../../task/src/node-environment.ts';

it.each(['file:///c%3A/tasks/data/rows.jsonl', 'file:///C:/tasks/data/rows.jsonl', 'file:///c:/tasks/data/rows.jsonl'])(
  'a file has one path on Windows, however the editor and a task file write its drive: %s',
  (uri) => {
    const path = filePath(uri, true)!;
    expect(path).toBe('C:\\tasks\\data\\rows.jsonl');
    for (const written of ['c:/tasks/data/rows.jsonl', 'C:\\tasks\\data\\rows.jsonl', 'data/rows.jsonl']) {
      expect(resolveBeside(filePath('file:///c%3A/tasks/a.ptask.json', true)!, written, win32)).toBe(path);
    }
  },
);

it('a file on a server has its path, too', () => {
  expect(filePath('file://server/share/a.ptask.json', true)).toBe('\\\\server\\share\\a.ptask.json');
  expect(filePath('file:///tmp/c:/a', false)).toBe('/tmp/c:/a');
});
