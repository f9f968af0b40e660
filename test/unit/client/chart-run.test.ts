import { expect, it } from 'vitest';
import { runTitle } from '../../../client/src/chart/chart-run.ts';

const created = '2026-12-01T07:05:00';

it('a run is called by its tasks and when it began', () =>
  expect(runTitle({ tasknames: ['mood', 'intent'], created })).toBe('mood, intent 2026-12-01 07:05'));

it('names that run from right to left leave the date as it is', () =>
  expect(runTitle({ tasknames: ['مزاج', 'intent'], created })).toBe('\u2068مزاج\u2069, intent 2026-12-01 07:05'));
