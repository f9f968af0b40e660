import { availableParallelism, cpus, totalmem } from 'node:os';
import { listSupportedBackends } from 'onnxruntime-node';

export interface DeviceReport {
  /** What the installed runtime was built for, by its own names; a machine may lack the hardware or a library. */
  readonly runtimes: readonly string[];
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
    runtimes: listSupportedBackends().map(({ name }) => name),
    used: 'cpu',
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
  };
}
