import { expect, it } from 'vitest';
import { fileNameOf } from '../../../client/src/file-name.ts';

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
