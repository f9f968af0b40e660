import { expect, it } from 'vitest';
import { type FiredRow, mergedGroups } from '../../../../task/src/data/fired-rows.ts';
import { rules } from '../../../../task/src/rules/index.ts';

it('findings of a rule are put together, however many are to be made', () => {
  const rule = { ...rules.find(({ code }) => code === 'row-duplicate')!, mostShown: Number.POSITIVE_INFINITY };
  const rowsFrom = (first: number) => Array.from({ length: 200_000 }, (_, i) => ({ line: first + 2 * i }) as FiredRow);
  const groups = [1, 0].map((first) => ({ rule, group: '', count: 200_000, rows: rowsFrom(first) }));
  const [merged, ...others] = mergedGroups(groups);
  expect(others).toEqual([]);
  expect(merged!.count).toBe(400_000);
  expect(merged!.rows.slice(0, 3).map(({ line }) => line)).toEqual([0, 1, 2]);
  expect(merged!.rows).toHaveLength(400_000);
});
