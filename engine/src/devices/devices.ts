import type { DeviceName } from '../../../protocol/src/engine.ts';
import { InputError } from '../errors.ts';

/** Execution providers by their names in the runtime, the one that every machine has first. */
export const DEVICE_NAMES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const satisfies readonly DeviceName[];

/** What everything is computed on. */
export const USED: DeviceName = 'cpu';

/** @throws InputError for a device that this version does not compute on */
export function requireUsable(device: DeviceName | 'auto'): void {
  if (device === 'auto' || device === USED) return;
  throw new InputError(`device ${device}: this version computes on the CPU only; choose none, or cpu`);
}
