import { execFileSync } from 'node:child_process';
import { symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readTaskText } from '../../../engine/src/task-text.ts';
import { temporaryFolder } from './temporary-folder.ts';

test.skipIf(process.platform === 'win32')('a pipe or a device in place of a task file is not waited for', async () => {
  const [pipe, device] = ['pipe', 'device'].map((name) => path.join(temporaryFolder(), `${name}.ptask.json`));
  execFileSync('mkfifo', [pipe!]);
  await symlink('/dev/zero', device!);
  await expect(readTaskText(pipe!)).rejects.toThrow(`${pipe}: cannot be read: it is not a file`);
  await expect(readTaskText(device!)).rejects.toThrow(`${device}: cannot be read: it is not a file`);
});

test('a file larger than any task file is not read, such as one of more text than there is room for', async () => {
  const file = path.join(temporaryFolder(), 'large.ptask.json');
  await writeFile(file, '');
  await truncate(file, 2 ** 30);
  await expect(readTaskText(file)).rejects.toThrow(
    `${file}: cannot be read: it is larger than 64 MB, as no such file is`,
  );
});
