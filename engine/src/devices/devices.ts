import type { DeviceName } from '../../../protocol/src/devices.ts';
import { PROVIDERS } from '../runtime/providers.ts';

/** Execution providers by their names in the runtime, the one that every machine has first. */
export const DEVICE_NAMES: readonly DeviceName[] = PROVIDERS;

/** The fastest first: which one is taken where none is named. */
export const BY_SPEED: readonly DeviceName[] = ['cuda', 'webgpu', 'dml', 'coreml', 'cpu'];
