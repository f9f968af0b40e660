import { findDevices } from '../devices/find-devices.ts';
import { installedProviders } from '../runtime/provider.ts';
import { count, formatBytes, table } from '../text.ts';
import { engineProgram } from './device.ts';
import { deviceText } from './device-text.ts';
import { agreed, fetchShown, stoppable } from './fetch-shown.ts';
import { Output } from './output.ts';
import { oneOf, readArguments } from './usage.ts';

/** `ptask devices`: what this machine can compute on, and why a device is not used. */
export async function devices(args: readonly string[]): Promise<number> {
  const { values } = readArguments(
    args,
    {
      json: { type: 'boolean' },
      refresh: { type: 'boolean', default: false },
      fetch: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
    [0, 0],
  );
  const output = new Output(values.json);
  if (values.fetch !== undefined) {
    oneOf('fetch', values.fetch, ['cuda']);
    const code = await fetchProvider(values.yes, output);
    if (code !== 0) return code;
  }
  const again = values.refresh || values.fetch !== undefined ? 'all' : 'none';
  const { devices, used, cpu, runtime } = await findDevices({ program: engineProgram(), again });
  const { model, cores, memoryBytes } = cpu;
  const backends = installedProviders();
  output.event({ event: 'devices', backends, used, cpu: model, cores, memory: memoryBytes, runtime, devices });
  output.text(
    `${model}, ${count(cores, 'core')}, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB of memory; ONNX Runtime ${runtime}`,
  );
  for (const line of table(devices.map((device) => [device.name, deviceText(device, used)]))) output.text(`  ${line}`);
  return 0;
}

/** Fetches what CUDA needs and ptask does not bring along; says how much that is first, and asks. */
async function fetchProvider(yes: boolean, output: Output): Promise<number> {
  const { fetchCuda, planCuda } = await import('../devices/fetch-cuda.ts');
  const plan = await planCuda();
  const { folder, bytes, missingBytes, licence } = plan;
  output.event({ event: 'fetch', device: 'cuda', folder, bytes, missing_bytes: missingBytes });
  if (missingBytes > 0) {
    output.note(
      `ONNX Runtime's CUDA provider (${licence}): ${formatBytes(missingBytes)} are to be fetched into ${folder}`,
    );
  }
  return stoppable(output, async (signal) => {
    if (missingBytes > 0 && !(await agreed(yes, output, signal))) return 0;
    // All of it may have been fetched, and not been unpacked.
    await fetchShown(plan, output, (report) => fetchCuda({ signal, report }));
    output.event({ event: 'fetched', device: 'cuda', folder });
    if (missingBytes === 0) output.note(`What CUDA needs is in ${folder}`);
    return 0;
  });
}
