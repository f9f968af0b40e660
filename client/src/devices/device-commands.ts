import { commands, type Disposable, ProgressLocation, window } from 'vscode';
import type { DeviceName, DevicesResult } from '../../../protocol/src/devices.ts';
import { changeSetting } from '../change-setting.ts';
import { reasonOf } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';
import { showError } from '../messages.ts';
import type { ReportDocuments } from '../report-documents.ts';
import type { Texts } from '../texts.ts';
import { requireTrust } from '../trust.ts';
import { deviceState, devicesReport, deviceTitle } from './devices-text.ts';
import { fetchCuda } from './fetch-cuda.ts';

/** **Show Devices**, **Select Device** and **Fetch CUDA Support**. */
export function deviceCommands(engine: PredictionEngine, reports: ReportDocuments, texts: Texts): Disposable[] {
  const { t } = texts;
  const find = async (refresh: boolean): Promise<DevicesResult | undefined> => {
    if (!(await requireTrust())) return undefined;
    try {
      return await window.withProgress({ location: ProgressLocation.Notification, title: t('Trying devices…') }, () =>
        engine.request('devices', { refresh }, { isCommand: true }),
      );
    } catch (error) {
      showError(t('The devices cannot be tried: {0}', reasonOf(error, t)));
      return undefined;
    }
  };
  return [
    commands.registerCommand('ptask.showDevices', async () => {
      const found = await find(false);
      if (found) await reports.show(t('Devices'), devicesReport(found, texts));
    }),
    commands.registerCommand('ptask.tryDevicesAgain', async () => {
      const found = await find(true);
      if (found) await reports.show(t('Devices'), devicesReport(found, texts));
    }),
    commands.registerCommand('ptask.fetchCuda', () => fetchCuda(engine, texts)),
    commands.registerCommand('ptask.selectDevice', async () => {
      const found = await find(false);
      if (!found) return;
      const device = await pick(found, texts);
      if (device) await changeSetting('device', window.activeTextEditor?.document.uri, () => device);
    }),
  ];
}

async function pick({ devices, used }: DevicesResult, texts: Texts): Promise<DeviceName | 'auto' | undefined> {
  const { t } = texts;
  const working = devices.filter(({ state }) => state === 'works');
  const items: { label: string; description: string; device: DeviceName | 'auto' }[] = [
    { label: t('Automatic'), description: deviceTitle(used), device: 'auto' },
    ...working.map((device) => ({
      label: deviceTitle(device.name),
      description: deviceState(device, used, texts),
      device: device.name,
    })),
  ];
  const chosen = await window.showQuickPick(items, {
    placeHolder: t('What is to train and predict?'),
    // Trying devices takes a while, in which the user may have gone elsewhere.
    ignoreFocusOut: true,
  });
  return chosen?.device;
}
