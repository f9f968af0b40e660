import { expect, it } from 'vitest';
import { isOf } from '../../../engine/src/train/run-record.ts';
import { onPlatform } from '../engine/on-platform.ts';

it.each(['/tasks/sv.ptask.json', 'c:\\tasks\\sv.ptask.json', '/moved/away/sv.ptask.json'])(
  'a run that was begun as %s is of the file of that name beside it',
  (task_file) => {
    const record = { task_file, tasks: ['a', 'b'] };
    expect(isOf(record, '/tasks/sv.ptask.json', ['a', 'b'])).toBe(true);
    expect(isOf(record, '/tasks/en.ptask.json', ['a', 'b'])).toBe(false);
    expect(isOf(record, '/tasks/sv.ptask.json', ['b', 'a'])).toBe(false);
  },
);

it('on macOS a run is found whether accents are letters of their own or not', () => {
  const record = { task_file: '/tasks/fra\u030agor.ptask.json', tasks: ['a'] };
  onPlatform('darwin');
  expect(isOf(record, '/tasks/fr\u00e5gor.ptask.json', ['a'])).toBe(true);
  onPlatform('linux');
  expect(isOf(record, '/tasks/fr\u00e5gor.ptask.json', ['a'])).toBe(false);
});
