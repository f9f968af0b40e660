import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { mayHaveHardware } from '../../../engine/src/devices/hardware.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

/** A root with these files, by what they hold. */
async function rootWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

const onBus = (kind: string, maker: string) => ({
  'sys/bus/pci/devices/0/class': `${kind}\n`,
  'sys/bus/pci/devices/0/vendor': `${maker}\n`,
});

it.runIf(process.platform === 'linux').each<[string, Record<string, string>, { cuda: boolean; webgpu: boolean }]>([
  ['nothing', { 'dev/null': '' }, { cuda: false, webgpu: false }],
  ['a virtual display', { ...onBus('0x030000', '0x1234'), 'dev/dri/card0': '' }, { cuda: false, webgpu: false }],
  ['a network card of Intel', onBus('0x020000', '0x8086'), { cuda: false, webgpu: false }],
  ['a GPU of Intel', onBus('0x030000', '0x8086'), { cuda: false, webgpu: true }],
  ['one of AMD with its driver', { 'dev/dri/renderD128': '' }, { cuda: false, webgpu: true }],
  ['one of NVIDIA without a driver', onBus('0x030200', '0x10de'), { cuda: true, webgpu: true }],
  ['one of NVIDIA in a container', { 'dev/nvidia0': '' }, { cuda: true, webgpu: true }],
  ['that of Windows around it', { 'dev/dxg': '' }, { cuda: true, webgpu: true }],
])('a machine with %s', async (_, files, { cuda, webgpu }) => {
  const root = await rootWith(files);
  expect(await mayHaveHardware('cuda', root)).toBe(cuda);
  expect(await mayHaveHardware('webgpu', root)).toBe(webgpu);
});
