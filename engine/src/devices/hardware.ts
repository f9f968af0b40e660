import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceName } from '../../../protocol/src/devices.ts';

/** Numbers of the makers of GPUs on the PCI bus. */
const [NVIDIA, AMD, INTEL] = ['0x10de', '0x1002', '0x8086'];

/** Whether the machine may have a GPU for a device. Only Linux tells, without a driver or a library of it. */
export async function mayHaveHardware(device: DeviceName, root = '/'): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const nodes = await names(path.join(root, 'dev'));
  // Windows' GPU, of whatever maker, in its subsystem for Linux.
  if (nodes.some((name) => /^(nvidia\d|nvidiactl$|dxg$)/.test(name))) return true;
  const drawn = await names(path.join(root, 'dev/dri'));
  if (device !== 'cuda' && drawn.some((name) => name.startsWith('renderD'))) return true;
  const makers = await displayMakers(path.join(root, 'sys/bus/pci/devices'));
  return makers.some((maker) => (device === 'cuda' ? maker === NVIDIA : [NVIDIA, AMD, INTEL].includes(maker)));
}

/** Of the display controllers (class 0x03) on the bus. */
async function displayMakers(bus: string): Promise<string[]> {
  const controllers = await Promise.all(
    (await names(bus)).map(async (name) => ({
      kind: await text(path.join(bus, name, 'class')),
      maker: await text(path.join(bus, name, 'vendor')),
    })),
  );
  return controllers.filter(({ kind }) => kind.startsWith('0x03')).map(({ maker }) => maker);
}

function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function text(file: string): Promise<string> {
  return readFile(file, 'utf8').then(
    (value) => value.trim(),
    () => '',
  );
}
