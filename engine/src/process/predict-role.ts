import { findDevices } from '../devices/find-devices.ts';
import { offerModels } from '../models/offer-models.ts';
import type { Connection } from './connection.ts';
import { DeviceChoice } from './device-choice.ts';
import { evaluateTasks } from './evaluate-tasks.ts';
import { fetchCudaOf, planFetchCudaOf } from './fetch-device.ts';
import { fetchModelOf, planFetchOf } from './fetch-models.ts';
import { nearestTokens } from './nearest-tokens.ts';
import { OpenedFiles } from './opened-files.ts';
import { planRun } from './plan-run.ts';
import { predictRows } from './predict-rows.ts';
import type { Role } from './role.ts';
import { runHandlers } from './run-handlers.ts';
import { Turns } from './turns.ts';

/** Everything that only reads, for as long as the window is open. */
export function predictRole({ handle, notify }: Connection, program: URL): Role {
  const devices = new DeviceChoice(program);
  const files = new OpenedFiles(devices);
  const turns = new Turns();
  handle({
    predict: (params, signal) => predictRows(params, signal, { files, turns, notify }),
    nearestTokens: nearestTokens({ files, turns }),
    evaluate: (params, signal) => evaluateTasks(params, signal, { files, turns, notify }),
    devices: async ({ refresh }) => {
      if (refresh) devices.forget();
      return findDevices({ program, again: refresh ? 'all' : 'none' });
    },
    plan: (params, signal) => planRun(params, signal, { devices, turns }),
    models: offerModels,
    planFetch: planFetchOf,
    fetchModel: (params, signal) => fetchModelOf(params, signal, notify),
    planFetchCuda: planFetchCudaOf,
    fetchCuda: (params, signal) => fetchCudaOf(params, signal, notify),
    ...runHandlers,
  });
  return { end: async () => undefined };
}
