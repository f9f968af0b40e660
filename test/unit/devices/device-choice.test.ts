import { afterEach, expect, it, vi } from 'vitest';
import { tryDevices } from '../../../engine/src/devices/find-devices.ts';
import { DeviceChoice } from '../../../engine/src/process/device-choice.ts';
import type { DeviceFinding, DeviceName } from '../../../protocol/src/devices.ts';

vi.mock('../../../engine/src/devices/find-devices.ts', () => ({ tryDevices: vi.fn() }));
vi.mock('../../../engine/src/process/log.ts', () => ({ log: { info: () => undefined } }));
afterEach(() => vi.clearAllMocks());

const program = new URL('file:///engine.js');
const finding = (name: DeviceName, state: DeviceFinding['state']) =>
  ({ name, state, reason: 'no driver', remembered: false }) as DeviceFinding;

it('a device is found out once for each that is asked for, and anew when all are forgotten', async () => {
  vi.mocked(tryDevices).mockResolvedValue([finding('cuda', 'works')]);
  const devices = new DeviceChoice(program);
  expect([await devices.of(), await devices.of('auto'), await devices.of('cpu')]).toEqual(['cuda', 'cuda', 'cpu']);
  expect(tryDevices).toHaveBeenCalledTimes(1);
  devices.forget();
  await devices.of();
  expect(tryDevices).toHaveBeenCalledTimes(2);
});

it('one that is asked for by name is tried again where it has failed, as its user may have put it right', async () => {
  const devices = new DeviceChoice(program);
  vi.mocked(tryDevices).mockResolvedValueOnce([finding('cuda', 'fails')]);
  await expect(devices.of('cuda')).rejects.toThrow('device cuda cannot be used: no driver');
  vi.mocked(tryDevices).mockResolvedValueOnce([finding('cuda', 'works')]);
  expect(await devices.of('cuda')).toBe('cuda');
  expect(vi.mocked(tryDevices).mock.calls.map(([names, { again }]) => [names, again])).toEqual([
    [['cuda'], 'failed'],
    [['cuda'], 'failed'],
  ]);
});
