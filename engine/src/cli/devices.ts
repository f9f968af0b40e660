import { deviceReport } from '../runtime/devices.ts';
import { count } from '../text.ts';
import { Output } from './output.ts';
import { readArguments } from './usage.ts';

/** `ptask devices`: what this machine can compute on. */
export async function devices(args: readonly string[]): Promise<number> {
  const { values } = readArguments(args, { json: { type: 'boolean' } }, [0, 0]);
  const output = new Output(values.json);
  const report = deviceReport();
  const { backends, used, cpu, cores, memory } = report;
  output.event({ event: 'devices', ...report });
  output.text(`cpu  ${cpu}, ${count(cores, 'core')}, ${(memory / 2 ** 30).toFixed(0)} GiB of memory  ← used`);
  const others = backends.filter(({ name, bundled }) => bundled && name !== used).map(({ name }) => name);
  if (others.length > 0) {
    output.text(`The installed ONNX Runtime also has ${others.join(', ')}; this version of ptask uses the CPU only.`);
  }
  return 0;
}
