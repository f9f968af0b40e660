import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { TrainingPlan } from '../../../engine/src/train/plan.ts';
import { RunGroup } from '../../../engine/src/train/run-group.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';

const folder = temporaryFolder();

it.each([
  ['20260101-120000-mood-2', true],
  ['../../../elsewhere', false],
  ['..', false],
])('runs side by side are in folders beside each other: %s', async (other, isFound) => {
  const file = path.join(folder, 'a.ptask.json');
  const dir = path.join(folder, '.ptask/runs/20260101-120000-mood');
  mkdirSync(dir, { recursive: true });
  const write = (name: string, json: object) => writeFileSync(path.join(dir, name), JSON.stringify(json));
  write('run.json', { task_file: file, tasks: ['mood'], state: 'stopped', created: '2026-01-01', together: true });
  write('together.json', {
    asked: 'seeds 1,2',
    runs: [path.basename(dir), other],
    plans: ['x'],
    step: 1,
    ended: false,
  });
  const plan = { project: { path: file }, tasks: new Map([['mood', {}]]), hash: 'x' } as unknown as TrainingPlan;
  const found = await RunGroup.findUnfinished('seeds 1,2', [plan]);
  expect(found?.dir(1)).toBe(isFound ? path.join(folder, '.ptask/runs', other) : undefined);
  await found?.release();
});

it.each([
  ['no runs', { runs: [] }],
  ['no plans', { runs: [], plans: [] }],
  ['a step that would lead elsewhere', { step: '/../../elsewhere' }],
  ['plans that are no texts', { plans: [{ toString: 1 }] }],
])('runs side by side are not gone on with where their record has %s', async (_, change) => {
  const file = path.join(folder, 'b.ptask.json');
  const dir = path.join(folder, '.ptask/runs/20260102-120000-mood');
  mkdirSync(dir, { recursive: true });
  const write = (name: string, json: object) => writeFileSync(path.join(dir, name), JSON.stringify(json));
  write('run.json', { task_file: file, tasks: ['mood'], state: 'stopped', created: '2026-01-01', together: true });
  const sound = { asked: 'seeds 3', runs: [path.basename(dir)], plans: ['x'], step: 1, ended: false };
  const plan = { project: { path: file }, tasks: new Map([['mood', {}]]), hash: 'x' } as unknown as TrainingPlan;
  const find = () => RunGroup.findUnfinished('seeds 3', [plan]);
  write('together.json', sound);
  const found = await find();
  expect(found?.step).toBe(1);
  await found?.release();
  write('together.json', { ...sound, ...change });
  expect(await find()).toBeUndefined();
});
