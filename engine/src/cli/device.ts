import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { DeviceName } from '../../../protocol/src/devices.ts';
import { chooseDevice } from '../devices/choose-device.ts';
import { DEVICE_NAMES } from '../devices/devices.ts';
import { tryDevices } from '../devices/find-devices.ts';
import { oneOf } from './usage.ts';

/** The option of every command that computes. */
export const DEVICE_OPTION = { device: { type: 'string', default: 'auto' } } as const;

/** @throws UsageError for a word that names no device */
export function wantedDevice(word: string): DeviceName | 'auto' {
  return oneOf('device', word, ['auto', ...DEVICE_NAMES]);
}

/**
 * The device to compute on.
 * @param tell takes a line for each faster one that this machine might have and that is not taken, which says why
 * @throws InputError where the one that is asked for does not work
 */
export async function deviceToUse(wanted: DeviceName | 'auto', tell?: (line: string) => void): Promise<DeviceName> {
  // One that is asked for may have been put right since it failed.
  const options = { program: engineProgram(), again: wanted === 'auto' ? 'none' : 'failed' } as const;
  const { device, notes } = await chooseDevice(wanted, (names) => tryDevices(names, options));
  for (const note of notes) tell?.(note);
  return device;
}

/** The engine's own program, beside this one, which a link may have been followed to. */
export function engineProgram(): URL {
  return new URL('engine.js', pathToFileURL(realpathSync(process.argv[1]!)));
}
