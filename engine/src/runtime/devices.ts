import { availableParallelism, cpus, totalmem } from 'node:os';
import { listSupportedBackends } from 'onnxruntime-node';

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
