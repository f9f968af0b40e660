import { DEVICE_NAMES, requireUsable } from '../devices/devices.ts';
import { oneOf } from './usage.ts';

/** @throws UsageError for a word that names no device. @throws InputError for one that cannot be used */
export function requireUsableDevice(device: string): void {
  requireUsable(oneOf('device', device, ['auto', ...DEVICE_NAMES]));
}
