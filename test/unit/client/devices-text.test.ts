import { describe, expect, it } from 'vitest';
import { devicesReport } from '../../../client/src/devices/devices-text.ts';
import type { DeviceFinding, DevicesResult } from '../../../protocol/src/devices.ts';
import { english } from './texts.ts';

const finding = (changes: Partial<DeviceFinding>): DeviceFinding => ({
  name: 'cpu',
  state: 'works',
  reason: undefined,
  adapter: undefined,
  float16: false,
  missing: undefined,
  milliseconds: undefined,
  remembered: false,
  ...changes,
});

/** The lines of the report on these devices that say something of one. */
function rows(...devices: readonly DeviceFinding[]): readonly string[] {
  const found: DevicesResult = {
    devices,
    used: 'webgpu',
    cpu: { model: 'EPYC', cores: 2, memoryBytes: 2 ** 34 },
    runtime: '1.29.0',
  };
  return devicesReport(found, english)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
}

describe('the report on the devices of a machine', () => {
  it('says of each what it is, how it is, why it is not used, and how long that took to find out', () => {
    const adapter = { name: 'Arc', software: false, memoryBytes: 8e9, driver: 'xe' };
    expect(
      rows(
        finding({ name: 'webgpu', adapter, float16: true, milliseconds: 1200 }),
        finding({ name: 'cuda', state: 'fails', reason: 'no | driver' }),
        finding({}),
      ),
    ).toEqual([
      '| **WebGPU** | used, also in float16 | Arc, 8\\.0 GB, driver xe |  | 1,200\u00a0ms |',
      '| CUDA (NVIDIA) | fails |  | no \\| driver |  |',
      '| CPU | works |  |  |  |',
    ]);
  });
});
