import { afterEach, expect, it, vi } from 'vitest';
import { RowStore } from '../../../engine/src/data/row-store.ts';
import { InputError } from '../../../engine/src/errors.ts';
import type { DeviceChoice } from '../../../engine/src/process/device-choice.ts';
import { planRun } from '../../../engine/src/process/plan-run.ts';
import { Turns } from '../../../engine/src/process/turns.ts';
import { writeProject } from '../train/small-project.ts';
import { storesSeen } from '../train/stores-seen.ts';

afterEach(() => vi.restoreAllMocks());

const planned = (of: DeviceChoice['of']) => {
  const means = { devices: { of } as unknown as DeviceChoice, turns: new Turns() };
  return planRun({ file: writeProject(), tasknames: [], measure: false }, new AbortController().signal, means);
};

it('leaves no data file open, whether or not the device that is asked for works', async () => {
  const stores = storesSeen(RowStore);
  expect(await planned(async () => 'cpu')).toMatchObject({ tasks: [{ rows: { train: 10, validation: 5, test: 5 } }] });
  const refused = planned(async () => {
    throw new InputError('device cuda cannot be used');
  });
  await expect(refused).rejects.toThrow('cannot be used');
  expect(stores.opened).toBe(5);
  expect(stores.closed).toBe(5);
});
