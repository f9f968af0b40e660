import { InputError } from '../errors.ts';
import { oneOf } from './usage.ts';

const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;

/** @throws UsageError for a word that names no device. @throws InputError for one that cannot be used */
export function requireUsableDevice(device: string): void {
  const known = oneOf('device', device, DEVICES);
  if (known === 'auto' || known === 'cpu') return;
  throw new InputError(`--device ${known}: this version computes on the CPU only; leave --device out, or say cpu`);
}
