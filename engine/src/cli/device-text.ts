import type { DeviceFinding, DeviceName } from '../../../protocol/src/devices.ts';

/** In a line, such as `works  ← used: NVIDIA L4, 22 GiB, driver 580.65, also in float16`, with the reason where it cannot be used. */
export function deviceText(device: DeviceFinding, used: DeviceName): string {
  const words = { works: 'works', fails: 'cannot be used', died: 'cannot be used', absent: 'absent' };
  const state = words[device.state] + (device.name === used ? '  ← used' : '');
  return [state, adapterText(device), device.reason].filter((text) => text !== undefined).join(': ');
}

function adapterText({ adapter, float16 }: DeviceFinding): string | undefined {
  const half = float16 ? ['also in float16'] : [];
  if (adapter === undefined) return half[0];
  const { name, memoryBytes, driver } = adapter;
  const memory = memoryBytes === undefined ? [] : [`${(memoryBytes / 2 ** 30).toFixed(0)} GiB`];
  return [name, ...memory, ...(driver === undefined ? [] : [`driver ${driver}`]), ...half].join(', ');
}
