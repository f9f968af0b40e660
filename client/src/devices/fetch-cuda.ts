import { commands } from 'vscode';
import { EngineError, reasonOf } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import { showError, showInformation } from '../messages.ts';
import { cancellable, shownIn } from '../models/fetch-model.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';

const TOKEN = 'fetch-cuda';

/** **Fetch CUDA Support**: says what it takes, asks, fetches it, and has it used. */
export async function fetchCuda(engine: PredictionEngine, texts: Texts): Promise<void> {
  const { t, bytes } = texts;
  if (!(await requireTrust())) return;
  try {
    const plan = await engine.request('planFetchCuda', {}, { isCommand: true });
    if (plan.missingBytes > 0) {
      const detail = t('{0} from npm ({1}), kept in {2}.', bytes(plan.missingBytes), plan.licence, plan.folder);
      const choice = await showInformation(t('Fetch what CUDA needs?'), { modal: true, detail }, t('Fetch'));
      if (choice !== t('Fetch')) return;
    }
    // All of it may have been fetched, and not been unpacked.
    await fetchShown(engine, texts);
    // A process keeps the runtime that it has loaded.
    engine.renew();
    const show = t('Show Devices');
    // NVIDIA's own libraries may be missing, which trying the device tells.
    const message = t('The CUDA provider is there, and used where the device works.');
    if ((await showInformation(message, show)) === show) {
      await commands.executeCommand('ptask.showDevices');
    }
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'cancelled') return;
    showError(t('CUDA support cannot be fetched: {0}', reasonOf(error, t)));
  }
}

async function fetchShown(engine: PredictionEngine, texts: Texts): Promise<void> {
  await cancellable(texts.t('Fetching {0}', 'CUDA'), (signal, progress) =>
    engine.request(
      'fetchCuda',
      { token: TOKEN },
      { signal, isCommand: true, listen: { fetching: shownIn(progress, TOKEN, texts) } },
    ),
  );
}
