import { hubModelFolder, hubReference } from '../../../model/src/hub-cache.ts';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import type {
  FetchModelParams,
  FetchModelResult,
  PlanFetchParams,
  PlanFetchResult,
} from '../../../protocol/src/models.ts';
import { FetchMeter } from '../hub/fetch-meter.ts';
import { type FetchPlan, fetchModel, planFetch } from '../hub/fetch-model.ts';
import { type HubSettings, hubSettings } from '../hub/hub-settings.ts';
import { cancellable } from './cancelled.ts';
import type { Notify } from './connection.ts';

/** Milliseconds between two notifications. */
const TELL_EVERY = 200;

/** What a model of the hub takes, before it is fetched. */
export async function planFetchOf({ model }: PlanFetchParams, signal: AbortSignal): Promise<PlanFetchResult> {
  const settings = await hubSettings();
  const { files, page, bytes, missingBytes, gated, architecture, parameters } = await planned(model, settings, signal);
  const { cacheFolder } = settings;
  return { page, bytes, missingBytes, files: files.length, cacheFolder, gated, architecture, parameters };
}

export async function fetchModelOf(
  { token, model }: FetchModelParams,
  signal: AbortSignal,
  notify: Notify,
): Promise<FetchModelResult> {
  const settings = await hubSettings();
  const plan = await planned(model, settings, signal);
  const meter = new FetchMeter(plan.bytes, TELL_EVERY);
  const folder = await cancellable(signal, () =>
    fetchModel(plan, {
      settings,
      signal,
      report: (progress) => {
        const state = meter.take(progress);
        if (state) notify('fetching', { token, ...state });
      },
    }),
  );
  const opened = await openModelFolder(folder);
  return {
    folder,
    reference: hubReference(hubModelFolder(model, settings.cacheFolder)),
    problem: opened.kind === 'ok' ? undefined : opened.problem,
  };
}

function planned(model: string, settings: HubSettings, signal: AbortSignal): Promise<FetchPlan> {
  return cancellable(signal, () => planFetch(model, 'main', { settings, signal }));
}
