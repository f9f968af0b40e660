import { posix, win32 } from 'node:path';
import { expect, it } from 'vitest';
import { isOf } from '../../../engine/src/train/run-folder.ts';

it.each([
  [win32, 'c:\\tasks\\sv.ptask.json', true],
  [win32, 'C:\\tasks\\en.ptask.json', false],
  [win32, 'D:\\tasks\\sv.ptask.json', false],
])('on Windows a run that an editor began is found by a terminal: %#', (path, taskFile, isFound) => {
  const record = { task_file: taskFile, tasks: ['intent'] };
  expect(isOf(record, 'C:\\tasks\\sv.ptask.json', ['intent'], path)).toBe(isFound);
});

it('a run is of one task file and of its tasks in their order', () => {
  const record = { task_file: '/tasks/sv.ptask.json', tasks: ['a', 'b'] };
  expect(isOf(record, '/tasks/sv.ptask.json', ['a', 'b'], posix)).toBe(true);
  expect(isOf(record, '/tasks/sv.ptask.json', ['b', 'a'], posix)).toBe(false);
  expect(isOf(record, '/tasks/SV.ptask.json', ['a', 'b'], posix)).toBe(false);
});
