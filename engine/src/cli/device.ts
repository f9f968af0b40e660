import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { DeviceName } from '../../../protocol/src/devices.ts';
import { chooseDevice, findFor, type Precision } from '../devices/choose-device.ts';
import { DEVICE_NAMES } from '../devices/devices.ts';
import { tryDevices } from '../devices/find-devices.ts';
import { oneOf } from './usage.ts';

/** The option of every command that computes. */
export const DEVICE_OPTION = { device: { type: 'string', default: 'auto' } } as const;

/** @throws UsageError for a word that names no device */
export function wantedDevice(word: string): DeviceName | 'auto' {
  return oneOf('device', word, ['auto', ...DEVICE_NAMES]);
}

interface DeviceUse {
  /** Of training steps. */
  readonly precision?: Precision;
  /** Takes a line for each faster one that this machine might have and that is not taken, which says why. */
  readonly tell?: (line: string) => void;
}

/**
 * The device to compute on.
 * @throws InputError where the one that is asked for does not work
 */
export async function deviceToUse(
  wanted: DeviceName | 'auto',
  { precision = 'float32', tell }: DeviceUse = {},
): Promise<DeviceName> {
  // One that is asked for may have been put right since it failed.
  const options = { program: engineProgram(), again: wanted === 'auto' ? 'none' : 'failed' } as const;
  const find = findFor(precision, (names) => tryDevices(names, options));
  const { device, notes } = await chooseDevice(wanted, find);
  for (const note of notes) tell?.(note);
  return device;
}

/** The engine's own program, beside this one, which a link may have been followed to. */
export function engineProgram(): URL {
  return new URL('engine.js', pathToFileURL(realpathSync(process.argv[1]!)));
}
