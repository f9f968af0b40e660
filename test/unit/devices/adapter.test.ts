import { expect, it } from 'vitest';
import { linuxAdapter, nvidiaAdapter, windowsAdapter } from '../../../engine/src/devices/adapter.ts';

it.each([
  ['SwiftShader', '7f10 r-xp 00000000 08:01 12 /opt/chromium/libvk_swiftshader.so\n'],
  ['llvmpipe', '7f10 r-xp 00000000 08:01 12 /usr/lib/x86_64-linux-gnu/libvulkan_lvp.so\n'],
  ['a driver without hardware', ''],
])('a process on Linux that holds no hardware open has computed on %s', async (name, maps) => {
  expect(await linuxAdapter(['/dev/null', 'socket:[7]', '/memfd:jit (deleted)'], maps)).toEqual({
    name,
    software: true,
  });
});

it('one that holds a render node open has not, whatever other drivers it has looked at', async () => {
  const maps = '7f10 r-xp 00000000 08:01 12 /usr/lib/libvulkan_lvp.so\n';
  expect(await linuxAdapter(['/dev/dri/renderD250'], maps)).toMatchObject({ software: false });
});

it('an NVIDIA GPU by what nvidia-smi says of it, or where there is none', () => {
  expect(nvidiaAdapter('NVIDIA H100 80GB HBM3, 81559, 580.65.06\nNVIDIA T4, 15360, 580.65.06\n')).toEqual({
    name: 'NVIDIA H100 80GB HBM3',
    software: false,
    memoryBytes: 81559 * 2 ** 20,
    driver: '580.65.06',
  });
  expect(nvidiaAdapter('')).toEqual({ name: 'NVIDIA GPU', software: false });
});

it.each([
  [
    'the card beside the remote one',
    [{ Name: 'Microsoft Remote Display Adapter' }, { Name: 'Intel(R) Arc(TM)', DriverVersion: '32.0.1' }],
    { name: 'Intel(R) Arc(TM)', software: false, driver: '32.0.1' },
  ],
  [
    'a machine without a card',
    { Name: 'Microsoft Basic Display Adapter', DriverVersion: '10.0' },
    { name: 'Microsoft Basic Display Adapter', software: true, driver: '10.0' },
  ],
])('on Windows, %s', (_, controllers, adapter) => {
  expect(windowsAdapter(JSON.stringify(controllers))).toEqual(adapter);
});
