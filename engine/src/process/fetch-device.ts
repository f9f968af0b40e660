import type { FetchCudaParams, FetchCudaResult, PlanFetchCudaResult } from '../../../protocol/src/devices.ts';
import { fetchCuda, planCuda } from '../devices/fetch-cuda.ts';
import { FetchMeter } from '../hub/fetch-meter.ts';
import { cancellable } from './cancelled.ts';
import type { Notify } from './connection.ts';

/** Milliseconds between two notifications. */
const TELL_EVERY = 200;

export async function planFetchCudaOf(): Promise<PlanFetchCudaResult> {
  return planCuda();
}

export async function fetchCudaOf(
  { token }: FetchCudaParams,
  signal: AbortSignal,
  notify: Notify,
): Promise<FetchCudaResult> {
  const meter = new FetchMeter((await planCuda()).bytes, TELL_EVERY);
  const folder = await cancellable(signal, () =>
    fetchCuda({
      signal,
      report: (progress) => {
        const state = meter.take(progress);
        if (state) notify('fetching', { token, ...state });
      },
    }),
  );
  return { folder };
}
