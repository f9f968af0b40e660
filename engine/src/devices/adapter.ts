import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { t } from '../../../l10n/src/words.ts';
import type { Adapter, DeviceName } from '../../../protocol/src/devices.ts';

/*
 * Which hardware is behind a device. The runtime does not tell, so the system is asked, in the process that has just
 * computed on it: what it holds open is what it used.
 */

/** Undefined for the CPU, and where the system does not tell. */
export async function usedAdapter(device: DeviceName): Promise<Adapter | undefined> {
  if (device === 'cpu') return undefined;
  const find = { linux: onLinux, win32: onWindows, darwin: onMac }[process.platform as string];
  return find?.().catch(() => undefined);
}

/** Nodes under /dev that only a driver of real hardware opens. */
const HARDWARE = /^\/dev\/(nvidia\d|dri\/renderD|dxg$|kgsl|mali|accel\/)/;

/** Drivers that compute on the CPU, by the names of their libraries. */
const SOFTWARE: readonly (readonly [library: RegExp, name: string])[] = [
  [/\/libvk_swiftshader\.so/, 'SwiftShader'],
  [/\/libvulkan_lvp\.so/, 'llvmpipe'],
];

async function onLinux(): Promise<Adapter> {
  const names = await readdir('/proc/self/fd');
  const open = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return linuxAdapter(open, await readFile('/proc/self/maps', 'utf8'));
}

/** @param open files that the process holds open @param maps the text of /proc/self/maps */
export async function linuxAdapter(open: readonly string[], maps: string): Promise<Adapter> {
  const node = open.find((file) => HARDWARE.test(file));
  if (node === undefined) {
    const name = SOFTWARE.find(([library]) => library.test(maps))?.[1] ?? t('a driver without hardware');
    return { name, software: true };
  }
  if (node.startsWith('/dev/nvidia')) return nvidia();
  return node.startsWith('/dev/dri/') ? renderNode(path.basename(node)) : { name: node, software: false };
}

async function nvidia(): Promise<Adapter> {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'];
  const { stdout } = await run('nvidia-smi', query).catch(() => ({ stdout: '' }));
  return nvidiaAdapter(stdout);
}

/** @param text what nvidia-smi says: name, MiB and driver of each GPU on a line; the first is used */
export function nvidiaAdapter(text: string): Adapter {
  const [name, mebibytes, driver] = text
    .split('\n')[0]!
    .split(',')
    .map((field) => field.trim());
  return {
    name: name || 'NVIDIA GPU',
    software: false,
    ...(Number(mebibytes) > 0 ? { memoryBytes: Number(mebibytes) * 2 ** 20 } : {}),
    ...(driver ? { driver } : {}),
  };
}

const VENDORS: Readonly<Record<string, string>> = { '0x1002': 'AMD', '0x8086': 'Intel', '0x10de': 'NVIDIA' };

async function renderNode(name: string): Promise<Adapter> {
  const device = `/sys/class/drm/${name}/device`;
  const text = (file: string) =>
    readFile(path.join(device, file), 'utf8').then(
      (value) => value.trim(),
      () => '',
    );
  const [vendor, model, product, memory] = await Promise.all(
    ['vendor', 'device', 'product_name', 'mem_info_vram_total'].map(text),
  );
  const driver = path.basename(await readlink(path.join(device, 'driver')).catch(() => ''));
  return {
    name: product || `${VENDORS[vendor!] ?? vendor} GPU ${model}`,
    software: false,
    ...(Number(memory) > 0 ? { memoryBytes: Number(memory) } : {}),
    ...(driver ? { driver } : {}),
  };
}

interface WindowsController {
  readonly Name?: string;
  readonly DriverVersion?: string;
}

async function onWindows(): Promise<Adapter | undefined> {
  const script = '@(Get-CimInstance Win32_VideoController | Select-Object Name,DriverVersion) | ConvertTo-Json';
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script]);
  return windowsAdapter(stdout);
}

/** @param text the video controllers as JSON: a list of them, or one */
export function windowsAdapter(text: string): Adapter | undefined {
  const controllers = [JSON.parse(text)].flat() as WindowsController[];
  const hardware = controllers.find(({ Name }) => Name && !/^Microsoft (Basic|Remote)/.test(Name));
  const used = hardware ?? controllers[0];
  if (!used?.Name) return undefined;
  return {
    name: used.Name,
    software: hardware === undefined,
    ...(used.DriverVersion ? { driver: used.DriverVersion } : {}),
  };
}

async function onMac(): Promise<Adapter | undefined> {
  const { stdout } = await run('system_profiler', ['SPDisplaysDataType', '-json']);
  const { SPDisplaysDataType: displays } = JSON.parse(stdout) as { SPDisplaysDataType?: { sppci_model?: string }[] };
  const name = displays?.[0]?.sppci_model;
  // Graphics and processor share one memory.
  return name === undefined ? undefined : { name, software: false, memoryBytes: totalmem() };
}

const run = (file: string, args: readonly string[]) =>
  promisify(execFile)(file, args, { timeout: 5000, windowsHide: true });
