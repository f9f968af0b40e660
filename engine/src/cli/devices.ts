import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { DeviceFinding } from '../../../protocol/src/engine.ts';
import { findDevices } from '../devices/find-devices.ts';
import { installedProviders } from '../runtime/provider.ts';
import { count, table } from '../text.ts';
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
  // The engine's own program stands beside this one, which a link may have been followed to.
  const program = new URL('engine.js', pathToFileURL(realpathSync(process.argv[1]!)));
  const { devices, used, cpu, runtime } = await findDevices({ program, refresh: values.refresh });
  const { model, cores, memoryBytes } = cpu;
  const backends = installedProviders();
  output.event({ event: 'devices', backends, used, cpu: model, cores, memory: memoryBytes, runtime, devices });
  output.text(
    `${model}, ${count(cores, 'core')}, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB of memory; ONNX Runtime ${runtime}`,
  );
  const rows = devices.map((device) => [device.name, device.name === used ? 'works  ← used' : stateOf(device)]);
  for (const line of table(rows)) output.text(`  ${line}`);
  return 0;
}

function stateOf({ state, reason }: DeviceFinding): string {
  const words = { works: 'works, but is not used', fails: 'cannot be used', died: 'cannot be used', absent: 'absent' };
  return reason === undefined ? words[state] : `${words[state]}: ${reason}`;
}
