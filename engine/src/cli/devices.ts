import type { DeviceFinding, DeviceName } from '../../../protocol/src/engine.ts';
import { findDevices } from '../devices/find-devices.ts';
import { installedProviders } from '../runtime/provider.ts';
import { count, table } from '../text.ts';
import { engineProgram } from './device.ts';
import { Output } from './output.ts';
import { readArguments } from './usage.ts';

/** `ptask devices`: what this machine can compute on, and why a device is not used. */
export async function devices(args: readonly string[]): Promise<number> {
  const { values } = readArguments(
    args,
    { json: { type: 'boolean' }, refresh: { type: 'boolean', default: false } },
    [0, 0],
  );
  const output = new Output(values.json);
  const again = values.refresh ? 'all' : 'none';
  const { devices, used, cpu, runtime } = await findDevices({ program: engineProgram(), again });
  const { model, cores, memoryBytes } = cpu;
  const backends = installedProviders();
  output.event({ event: 'devices', backends, used, cpu: model, cores, memory: memoryBytes, runtime, devices });
  output.text(
    `${model}, ${count(cores, 'core')}, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB of memory; ONNX Runtime ${runtime}`,
  );
  for (const line of table(devices.map((device) => [device.name, stateOf(device, used)]))) output.text(`  ${line}`);
  return 0;
}

function stateOf(device: DeviceFinding, used: DeviceName): string {
  const words = { works: 'works', fails: 'cannot be used', died: 'cannot be used', absent: 'absent' };
  const state = words[device.state] + (device.name === used ? '  ← used' : '');
  return [state, adapterText(device), device.reason].filter((text) => text !== undefined).join(': ');
}

function adapterText({ adapter }: DeviceFinding): string | undefined {
  if (adapter === undefined) return undefined;
  const { name, memoryBytes, driver } = adapter;
  const memory = memoryBytes === undefined ? [] : [`${(memoryBytes / 2 ** 30).toFixed(0)} GiB`];
  return [name, ...memory, ...(driver === undefined ? [] : [`driver ${driver}`])].join(', ');
}
