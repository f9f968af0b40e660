import { expect, it } from 'vitest';
import { fileNameOf } from '../../../client/src/file-name.ts';

it('a long name is cut where a file can have no longer one, in whole characters', () => {
  expect(fileNameOf('ทดสอบ'.repeat(100))).toBe('ทดสอบ'.repeat(16));
  expect(fileNameOf(`a${'🙂'.repeat(100)}`)).toBe(`a${'🙂'.repeat(39)}`);
});

it.each([
  ['sentiment-task', 'sentiment-task'],
  ['a/b: "c"?', 'a-b- -c--'],
  ['con', 'con-'],
  ['Aux.v2', 'Aux-.v2'],
  ['contract', 'contract'],
  ['pro.con', 'pro.con'],
])('a task called %s has a file that every system can have', (taskname, name) => {
  expect(fileNameOf(taskname)).toBe(name);
});
