import { describe, expect, it } from 'vitest';
import { deviceText } from '../../../engine/src/cli/device-text.ts';
import type { DeviceFinding } from '../../../protocol/src/devices.ts';

const works: DeviceFinding = {
  name: 'webgpu',
  state: 'works',
  reason: undefined,
  adapter: undefined,
  float16: false,
  missing: undefined,
  milliseconds: 1,
  remembered: false,
};

describe('what ptask devices says of a device', () => {
  it.each<[DeviceFinding, string]>([
    [{ ...works, name: 'cpu' }, 'works'],
    [works, 'works  ← used'],
    [
      { ...works, adapter: { name: 'NVIDIA L4', software: false, memoryBytes: 23_034 * 2 ** 20, driver: '580.65' } },
      'works  ← used: NVIDIA L4, 22 GiB, driver 580.65',
    ],
    [{ ...works, float16: true }, 'works  ← used: also in float16'],
    [
      { ...works, float16: true, adapter: { name: 'NVIDIA L4', software: false } },
      'works  ← used: NVIDIA L4, also in float16',
    ],
    [
      { ...works, name: 'cuda', state: 'died', adapter: { name: 'GPU', software: false }, reason: 'it crashed' },
      'cannot be used: GPU: it crashed',
    ],
    [{ ...works, name: 'dml', state: 'absent', reason: 'no such provider' }, 'absent: no such provider'],
  ])('%j', (finding, text) => expect(deviceText(finding, 'webgpu')).toBe(text));
});
