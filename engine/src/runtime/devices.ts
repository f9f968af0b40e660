import { availableParallelism, cpus, totalmem } from 'node:os';
import { listSupportedBackends } from 'onnxruntime-node';
import { InputError } from '../errors.ts';

/** Execution providers by their names in the runtime. */
export const DEVICE_NAMES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;

/** @throws InputError for a device that this version does not compute on */
export function requireUsable(device: (typeof DEVICE_NAMES)[number] | 'auto'): void {
  if (device === 'auto' || device === 'cpu') return;
  throw new InputError(`device ${device}: this version computes on the CPU only; choose none, or cpu`);
}

export interface DeviceReport {
  /**
   * What the installed runtime knows, by its own names; `bundled` where no library has to be added. The machine may
   * still lack the hardware.
   */
  readonly backends: readonly { readonly name: string; readonly bundled: boolean }[];
  /** What ptask computes on. */
  readonly used: 'cpu';
  readonly cpu: string;
  /** Cores that this process may use. */
  readonly cores: number;
  /** In bytes. */
  readonly memory: number;
}

export function deviceReport(): DeviceReport {
  return {
    backends: listSupportedBackends(),
    used: 'cpu',
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
  };
}
