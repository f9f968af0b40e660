import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TaskFiles } from '../../../server/src/task-files.ts';
import { filePath, fileUri } from '../../../server/src/uris.ts';
import { resolveBeside } from '../../../task/src/node-environment.ts';
import { onPlatform } from '../engine/on-platform.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

/** Letter and ring in one, and apart. */
const [ONE, APART] = ['\u00e5', 'a\u030a'] as const;

it.each(['file:///c%3A/tasks/data/rows.jsonl', 'file:///C:/tasks/data/rows.jsonl', 'file:///c:/tasks/data/rows.jsonl'])(
  'a file has one path on Windows, however the editor and a task file write its drive: %s',
  (uri) => {
    const path = filePath(uri, 'win32')!;
    expect(path).toBe('C:\\tasks\\data\\rows.jsonl');
    for (const written of ['c:/tasks/data/rows.jsonl', 'C:\\tasks\\data\\rows.jsonl', 'data/rows.jsonl']) {
      expect(resolveBeside(filePath('file:///c%3A/tasks/a.ptask.json', 'win32')!, written, 'win32')).toBe(path);
    }
  },
);

it('on Windows a path without a drive is on the drive of the task file', () => {
  expect(resolveBeside('D:\\tasks\\a.ptask.json', '/data/rows.jsonl', 'win32')).toBe('D:\\data\\rows.jsonl');
  expect(resolveBeside('\\\\server\\share\\a.ptask.json', '\\rows.jsonl', 'win32')).toBe(
    '\\\\server\\share\\rows.jsonl',
  );
  expect(resolveBeside('tasks/a.ptask.json', 'rows.jsonl', 'win32')).toBe('tasks\\rows.jsonl');
});

it('a file on a server has its path, too', () => {
  expect(filePath('file://server/share/a.ptask.json', 'win32')).toBe('\\\\server\\share\\a.ptask.json');
  expect(filePath('file:///tmp/c:/a', 'linux')).toBe('/tmp/c:/a');
});

it('a file has one path on macOS, however its accents are encoded', () => {
  const path = `/tasks/${ONE}.jsonl`;
  for (const name of [ONE, APART]) {
    expect(filePath(`file:///tasks/${encodeURIComponent(name)}.jsonl`, 'darwin')).toBe(path);
    expect(resolveBeside('/tasks/a.ptask.json', `${name}.jsonl`, 'darwin')).toBe(path);
  }
  expect(resolveBeside('/tasks/a.ptask.json', `${APART}.jsonl`, 'linux')).toBe(`/tasks/${APART}.jsonl`);
});

it('a task file that a folder of macOS lists in the other form is the one that an editor opens', async () => {
  onPlatform('darwin');
  const folder = await temporaryFolder();
  for (const name of [ONE, APART]) await writeFile(join(folder, `${name}.ptask.json`), '{}');
  const told = new Set<string>();
  const files = new TaskFiles({ taskFileOnDisk: (uri) => told.add(uri) });
  await files.addFolder(folder);
  expect([...told]).toEqual([fileUri(join(folder, `${ONE}.ptask.json`))]);
});
